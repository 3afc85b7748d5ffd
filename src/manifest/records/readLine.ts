// From the text of a line to what it says: a node, a file to read again, or why neither.

import { explainJsonMistake, isDeeperThan, isRejectLine, memberTexts } from "../../files/index.ts";
import { Refusal } from "../problem.ts";
import { describe, isObject, type JsonObject } from "./fields.ts";
import { readNodeRecord } from "./nodeRecord.ts";
import type { LineContent } from "./types.ts";

/** jsonb, Python and JavaScript all end their recursion somewhere above. */
const maxDepth = 500;

/**
 * Reads one line. A line of a rejects file is unwrapped to its record, also when that is JSON within text
 * (as a line that was no JSON is kept).
 *
 * @example readLine('{"path": "/VDP"}') // { record: { path: ["VDP"], structureFamily: "container", ... } }
 */
export function readLine(text: string): LineContent {
  let raw = text;
  let isJson = false;
  try {
    const value = parseObject(text);
    isJson = true;
    if (!isRejectLine(value)) return readObject(value, text);
    const { record } = value;
    if (record === null) {
      throw new Refusal("nothing_to_take", "The reject has no record; mend its source and ingest that.");
    }
    if (typeof record === "string") return readLine(record);
    raw = memberTexts(text).get("record") ?? text;
    if (!isObject(record)) throw notAnObject(record);
    return readObject(record, raw);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    isJson ||= error.problem.code === "not_an_object" || error.problem.code === "too_deep";
    return { problem: error.problem, raw, isJson };
  }
}

function readObject(value: JsonObject, text: string): LineContent {
  return isFileReference(value)
    ? { file: { input: value.input, file: value.file, label: value.label ?? null } }
    : { record: readNodeRecord(value, text) };
}

function parseObject(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const { code, message } = explainJsonMistake(text, error);
    throw new Refusal(code, message);
  }
  if (!isObject(value)) throw notAnObject(value);
  if (isDeeperThan(text, maxDepth)) {
    throw new Refusal("too_deep", `The record is nested deeper than ${maxDepth} levels.`);
  }
  return value;
}

function notAnObject(value: unknown): Refusal {
  return new Refusal("not_an_object", `A record must be a JSON object, but this is ${describe(value)}.`);
}

function isFileReference(
  value: JsonObject,
): value is JsonObject & { input: string; file: string; label?: string } {
  const { input, file, label, ...others } = value;
  const isPair = typeof input === "string" && typeof file === "string" && input !== "" && file !== "";
  return isPair && (label === undefined || typeof label === "string") && Object.keys(others).length === 0;
}
