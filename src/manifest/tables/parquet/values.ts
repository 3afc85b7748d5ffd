// Values of Parquet columns as exact JSON: the column's type, not the value, tells 1 from 1.0.

import type { ParquetParsers, SchemaTree } from "hyparquet";
import {
  arrayToJson,
  asJsonText,
  floatToJson,
  integerToJson,
  type JsonText,
  jsonNull,
  objectToJson,
} from "../../../json.ts";
import { Refusal } from "../../problem.ts";
import { exactJson } from "../../records/exactJson.ts";
import { textToCell } from "../cells.ts";

/** Dates and times become ISO text, with as many digits as they have. */
export const textParsers: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (millis: bigint) => isoText(millis, 1000n, 3),
  timestampFromMicroseconds: (micros: bigint) => isoText(micros, 1_000_000n, 6),
  timestampFromNanoseconds: (nanos: bigint) => isoText(nanos, 1_000_000_000n, 9),
  dateFromDays: (days: number) => new Date(days * 86_400_000).toISOString().slice(0, 10),
  stringFromBytes: decodeText,
  jsonFromBytes: decodeText,
};

/** Nothing for nothing: hyparquet hands on nulls too. A Buffer decodes short texts faster than a TextDecoder. */
function decodeText(bytes: Uint8Array | undefined): string | undefined {
  return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

/** A value of a column; throws a Refusal for one that jsonb cannot hold. */
export function parquetCell(value: unknown, field: SchemaTree): JsonText {
  switch (typeof value) {
    case "string":
      return textCell(value, field.element);
    case "bigint":
      return integerToJson(value);
    case "number":
      return isWholeType(field.element) ? integerToJson(value) : floatToJson(value);
    case "boolean":
      return asJsonText(String(value));
    case "object":
      return value === null ? jsonNull : nestedCell(value, field);
    default:
      return jsonNull;
  }
}

function nestedCell(value: object, field: SchemaTree): JsonText {
  if (value instanceof Uint8Array) return textToCell(Buffer.from(value).toString("hex"));
  if (Array.isArray(value)) {
    const item = field.children[0]?.children[0] ?? field.children[0] ?? field;
    return arrayToJson(value.map((one: unknown) => parquetCell(one, item)));
  }
  return objectToJson(
    Object.entries(value).map(([name, one]) => [name, parquetCell(one, memberField(field, name))] as const),
  );
}

/** The field of a member of a struct, or of the values of a map. */
function memberField(field: SchemaTree, name: string): SchemaTree {
  const member = field.children.find(({ element }) => element.name === name);
  return member ?? field.children[0]?.children[1] ?? field;
}

function textCell(value: string, { logical_type: logical, converted_type: converted }: Element): JsonText {
  if (converted === "JSON" || logical?.type === "JSON") return jsonCell(value);
  const isUtc = logical?.type === "TIMESTAMP" ? logical.isAdjustedToUTC : converted?.startsWith("TIMESTAMP");
  return textToCell(isUtc === true ? `${value}Z` : value);
}

type Element = SchemaTree["element"];

function jsonCell(text: string): JsonText {
  try {
    JSON.parse(text);
  } catch {
    throw new Refusal("invalid_json", "A cell of a JSON column is no JSON.");
  }
  // One line, because rows may wait in a file of lines.
  return asJsonText(exactJson(text).replace(/[\r\n]/g, " "));
}

function isWholeType({ type, converted_type: converted, scale }: Element): boolean {
  if (converted === "DECIMAL") return (scale ?? 0) === 0;
  return type === "INT32" || type === "INT64";
}

/** As Python's isoformat(): no fraction where there is none. */
function isoText(ticks: bigint, perSecond: bigint, digits: number): string {
  let seconds = ticks / perSecond;
  let rest = ticks % perSecond;
  if (rest < 0n) {
    seconds -= 1n;
    rest += perSecond;
  }
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return String(ticks);
  const text = date.toISOString().slice(0, -5);
  return rest === 0n ? text : `${text}.${String(rest).padStart(digits, "0")}`;
}
