// JSONL: one record a line, in flat memory.

import { RefusedRecord } from "../../bulk/index.ts";
import { explainJsonMistake, isRejectLine, memberTexts, type TextLine } from "../../files/index.ts";
import { stringToJson } from "../../json.ts";

import { type RecordContext, readFileRecord } from "./fileRecord.ts";

/** What a line holds: a record, or why there is none. Whether it is a good one is seen later. */
export function readRecordLine(line: TextLine, context: RecordContext): unknown {
  if ("problem" in line) {
    return new RefusedRecord(line.problem.code, line.problem.message, stringToJson(line.raw));
  }
  return readRecordText(line.text, context);
}

/**
 * A line of a rejects file is unwrapped to its record, also when that is JSON within text (as a line that was no JSON
 * is kept).
 */
export function readRecordText(text: string, context: RecordContext): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const { code, message } = explainJsonMistake(text, error);
    return new RefusedRecord(code, message, stringToJson(text));
  }
  if (!isObject(value)) return value;
  if (!isRejectLine(value)) return readFileRecord(value, text, context);
  const { record } = value;
  if (record === null) {
    return new RefusedRecord(
      "nothing_to_take",
      "The reject has no record; mend its source and load that.",
      "null",
    );
  }
  if (typeof record === "string") return readRecordText(record, context);
  return isObject(record) ? readFileRecord(record, memberTexts(text).get("record") ?? "{}", context) : record;
}

export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
