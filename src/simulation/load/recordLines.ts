// A file of records, one update a line: rejects of an earlier load once they are mended, or what another program writes.

import type { Readable } from "node:stream";
import { errorMessage } from "../../errors.ts";
import { explainJsonMistake, isRejectLine, readTextLines, type TextLine } from "../../files/index.ts";
import { asJsonText, type JsonText } from "../../json.ts";
import { isObject, Mistake, parseJson, parseUpdate, RefusedPart, stringifyJson } from "../formats/index.ts";
import type { LoadPart } from "./input.ts";

/** What messages and rejects call it. */
export function recordsName(source: string | Readable): string {
  return typeof source === "string" ? source : "-";
}

/**
 * `{ dataset, timestamp, iteration, origin, data: { group: { attribute: [...] } } }`, or the same as `record` of a reject.
 */
export async function* readRecordLines(
  source: string | Readable,
  signal?: AbortSignal,
): AsyncGenerator<LoadPart> {
  const name = recordsName(source);
  for await (const lines of readTextLines(source, signal === undefined ? {} : { signal })) {
    for (const line of lines) yield readLine(name, line);
  }
}

function readLine(path: string, line: TextLine): LoadPart {
  const place = { source: path, position: `line ${line.line}` };
  const refuse = (code: string, message: string, record: JsonText | null): RefusedPart =>
    new RefusedPart({ ...place, code, message: `${path}, line ${line.line}: ${message}`, record });
  if ("problem" in line) return refuse(line.problem.code, line.problem.message, null);
  let value: unknown;
  try {
    value = parseJson(line.text);
  } catch (error) {
    if (error instanceof Mistake) return refuse(error.code, error.message, null);
    const { code, message } = explainJsonMistake(line.text, error);
    return refuse(code, message, null);
  }
  const record = isObject(value) && isRejectLine(value) ? value.record : value;
  if (record === null) {
    return refuse("no_record", "The reject has no record; mend its file and load that again.", null);
  }
  const text = asJsonText(stringifyJson(record));
  try {
    return { ...place, update: parseRecord(record) };
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    const at =
      error.position === "" || errorMessage(error).startsWith(error.position) ? "" : `${error.position}: `;
    return refuse(error.code, `${at}${error.message}`, text);
  }
}

/** @throws Mistake */
function parseRecord(record: unknown): ReturnType<typeof parseUpdate> {
  if (!isObject(record)) throw new Mistake("not_an_object", "", "The record is no object.");
  const { dataset, timestamp, iteration = 0 } = record;
  if (typeof dataset !== "string" || dataset === "") {
    throw new Mistake("no_dataset", "/dataset", "The record does not say its dataset.");
  }
  for (const [name, value] of Object.entries({ timestamp, iteration })) {
    if (!Number.isSafeInteger(value)) {
      throw new Mistake("invalid_key", `/${name}`, `The ${name} is no whole number.`);
    }
  }
  return parseUpdate(record, {
    dataset,
    timestamp: timestamp as number,
    iteration: iteration as number,
  });
}
