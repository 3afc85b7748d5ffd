// What became of a load, as its answer or as its problem, with the first rejects.

import { CopycatError } from "../../errors.ts";
import type { Body } from "../body/openBody.ts";
import { Refusal } from "../problem.ts";
import { shuttingDown } from "../queue.ts";
import type { Service } from "../service.ts";
import { readRejects } from "./rejectsText.ts";

/** What the reports of all stores have. */
export interface AnyReport {
  status: string;
  rejectsFile: string | null;
}

/** Rejects go in as they stand in their file: numbers exact to the digit. */
export async function makeAnswer(
  report: AnyReport & { run: string },
  rejectsFile: string,
  rejected: number,
): Promise<string> {
  const { lines } = rejected === 0 ? { lines: [] } : await readRejects(rejectsFile);
  const members = { ...report, rejectsFile: null, rejectsLeftOut: rejected - lines.length };
  return `${JSON.stringify(members).slice(0, -1)},"rejects":[${lines.join(",")}]}`;
}

interface Failed {
  service: Service;
  body: Body;
  rejectsFile: string;
  id: string;
  maxRejects: number | undefined;
}

/** What the reader of the body was told counts, not what came of it; and the rejects that were met so far. */
export async function explainFailure(
  thrown: unknown,
  { service, body, rejectsFile, id, maxRejects }: Failed,
): Promise<unknown> {
  if (service.abort.signal.aborted) return shuttingDown();
  const error = body.failure ?? thrown;
  if (!(error instanceof CopycatError)) return error;
  const { lines } = await readRejects(rejectsFile);
  const rejects = lines.map((line) => JSON.parse(line) as unknown);
  const members = { run: id, ...(rejects.length === 0 ? {} : { rejects }) };
  if (error.code === "TOO_MANY_REJECTS") {
    const detail = `More than ${maxRejects} records were rejected (max_rejects); nothing was changed.`;
    return new Refusal(400, error.code, detail, { cause: error, members });
  }
  if (error instanceof Refusal) {
    const { status, code, headers, wording, details } = error;
    const all = { cause: error, details, headers: { ...headers }, members: { ...error.members, ...members } };
    return new Refusal(status, code, wording, all);
  }
  if (error.code !== "CONFLICT") return error;
  return new Refusal(409, error.code, error.wording, { cause: error, details: error.details, members });
}
