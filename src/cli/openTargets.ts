// Opens the servers of a targets file for a command that reads of all of them.

import { type CatalogState, readCatalogState } from "../catalog/index.ts";
import { CopycatError } from "../errors.ts";
import { closeTargets, type OpenedTarget, openTargets, readTargets, type Targets } from "../targets/index.ts";
import { exitCodes, explainError } from "./exitCodes.ts";
import { printNotice } from "./output.ts";

/** A server whose database holds no catalog yet holds no dataset either: it is left out. */
export async function withTargets<Result>(
  command: string,
  path: string,
  work: (opened: readonly OpenedTarget[]) => Promise<Result>,
): Promise<Result> {
  const targets = await readTargets(path);
  const opened = await openTargets(targets, { applicationName: `copycat:${command}` });
  try {
    const checked = await Promise.all(opened.map(checkTarget));
    const filled = checked.filter((one) => one !== null);
    if (filled.length === 0) throw explainEmpty(targets);
    return await work(filled);
  } finally {
    await closeTargets(opened);
  }
}

/** Says which targets are missing in what was printed, and why. The command has failed then, whatever it found. */
export function reportMissing(opened: readonly OpenedTarget[], missing: readonly string[]): void {
  for (const name of new Set(missing)) {
    const error = opened.find(({ target }) => target.name === name)?.error ?? null;
    printNotice(`copycat: ${name} is missing in this answer${error === null ? ": it was lost." : "."}`);
    if (error !== null) printNotice(explainError(error));
    process.exitCode = exitCodes.failed;
  }
}

/** Null for one without a catalog. */
async function checkTarget(one: OpenedTarget): Promise<OpenedTarget | null> {
  if (one.database === null) return one;
  const { target, database } = one;
  const state = await readCatalogState(database).catch((error: unknown): { error: unknown } => ({ error }));
  if ("error" in state) return { target, database: null, error: state.error };
  return ofState(one, state);
}

function ofState(one: OpenedTarget, state: CatalogState): OpenedTarget | null {
  if (state.kind === "absent") return null;
  if (state.kind === "ready") return one;
  const error = new CopycatError("CATALOG_VERSION", state.reason);
  return { target: one.target, database: null, error };
}

function explainEmpty({ path, list }: Targets): CopycatError {
  const names = list.map(({ name }) => name).join(", ");
  return new CopycatError(
    "NOT_FOUND",
    `No target of ${path} holds a catalog yet (${names}). Load something first: npm run ingest -- examples/vdp.yaml --targets ${path}`,
  );
}
