// Files of a library as records, one JSON object a line, as `library export` writes them.

import type { Readable } from "node:stream";
import { RefusedRecord } from "../../bulk/index.ts";
import { CopycatError, errorMessage } from "../../errors.ts";
import {
  explainJsonMistake,
  isRejectLine,
  type LinePlaces,
  memberTexts,
  readTextLines,
  type TextLine,
} from "../../files/index.ts";
import { stringToJson } from "../../json.ts";
import { makeLibraryFile } from "../record.ts";
import type { LibraryFile, LibraryFileInput } from "../types.ts";

/** Of a `LibraryFile`; ids are the database's to give. */
const fields = new Set(Object.keys(makeLibraryFile({ path: "a", size: 0 })));

/** A line that is no file comes out as a reject, and the rest goes on; of each line its place is noted. */
export async function* readFileLines(
  source: string | Readable,
  { places, signal }: { places: LinePlaces; signal?: AbortSignal | undefined },
): AsyncGenerator<LibraryFile | RefusedRecord> {
  for await (const lines of readTextLines(source, signal === undefined ? {} : { signal })) {
    for (const line of lines) {
      places.add(line.line);
      yield readLine(line);
    }
  }
}

function readLine(line: TextLine): LibraryFile | RefusedRecord {
  if ("problem" in line) {
    return new RefusedRecord(line.problem.code, line.problem.message, stringToJson(line.raw));
  }
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch (error) {
    const { code, message } = explainJsonMistake(line.text, error);
    return new RefusedRecord(code, message, stringToJson(line.text));
  }
  if (!isObject(value) || !isRejectLine(value)) return readFile(value, line.text);
  return readFile(value.record, memberTexts(line.text).get("record") ?? "null");
}

function readFile(record: unknown, text: string): LibraryFile | RefusedRecord {
  if (!isObject(record)) return new RefusedRecord("not_an_object", "The record is no object.", text);
  const unknown = Object.keys(record).find((name) => !fields.has(name));
  if (unknown !== undefined) {
    const message = `There is no field ${JSON.stringify(unknown)} of a file.`;
    return new RefusedRecord("unknown_field", message, text);
  }
  try {
    return makeLibraryFile({ ...record, ...exactValues(record), id: null } as LibraryFileInput);
  } catch (error) {
    // What is no text, number or list where one must be, JavaScript refuses in its own words.
    const message =
      error instanceof CopycatError ? error.message : `A field has a wrong type: ${errorMessage(error)}.`;
    return new RefusedRecord("invalid_file", message, text);
  }
}

/** What JSON has as text: nanoseconds, which no double holds, and times. */
function exactValues(record: Record<string, unknown>): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const { mtimeNs } = record;
  if (typeof mtimeNs === "string" || typeof mtimeNs === "number") values.mtimeNs = BigInt(mtimeNs);
  for (const name of ["missingSince", "indexedAt", "lastVerified"]) {
    const value = record[name];
    if (typeof value !== "string") continue;
    const time = new Date(value);
    if (Number.isNaN(time.getTime()))
      throw new CopycatError("INVALID_INPUT", `${name} is no time: ${value}.`);
    values[name] = time;
  }
  return values;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
