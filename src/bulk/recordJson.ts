// A record as one line of JSON, for a file of rejects: exact, and good to be loaded again once it is mended.

import { RawJson } from "../json.ts";
import { factsOfType } from "./codecs/builtinTypes.ts";
import { bytesToHex } from "./codecs/bytes.ts";
import { floatText } from "./codecs/floats.ts";
import type { Codec, TypeFacts } from "./codecs/types.ts";
import type { Column } from "./types.ts";

/**
 * The record as a JSON object by the columns' names, whatever it was; never throws. Bigints are digits; NaN and the
 * infinities are the strings that float columns take; bytes are `\x00ff`; a Date is text that its column takes;
 * `RawJson`, and text of columns that take JSON text, stand as they are. What cannot be written is null.
 */
export function recordToJson(record: unknown, columns: readonly RecordColumn[]): string {
  try {
    if (typeof record !== "object" || record === null) return write(record, none);
    if (Array.isArray(record)) return arrayToJson(record, columns);
    return objectToJson(record as Readonly<Record<string, unknown>>, columns);
  } catch {
    return "null";
  }
}

/** With its codec, where there is one, a column of a domain or an enum is known as well. */
export type RecordColumn = Column & { readonly codec?: Codec };

/** What the way of writing depends on. */
interface Context {
  facts: TypeFacts | null;
  /** Strings are JSON text. */
  isJsonText: boolean;
  /** Objects around the value, to find circles. */
  around: readonly object[];
}

const none: Context = { facts: null, isJsonText: false, around: [] };

function contextOf(column: RecordColumn, record: object): Context {
  let facts = column.codec?.facts ?? factsOfType(column.type);
  while (facts?.base !== undefined) facts = facts.base;
  return { facts, isJsonText: column.json === "text", around: [record] };
}

function arrayToJson(values: readonly unknown[], columns: readonly RecordColumn[]): string {
  // More values than names: an object would lose some.
  if (values.length > columns.length) return write(values, none);
  const members = columns.map(
    (column, index): Member => [column.name, () => values[index], contextOf(column, values)],
  );
  return membersToJson(members);
}

function objectToJson(record: Readonly<Record<string, unknown>>, columns: readonly RecordColumn[]): string {
  const byName = new Map(columns.map((column) => [column.name, column]));
  // Columns that are no own fields: getters of a class.
  const inherited = [...byName.keys()].filter(
    (name) => !Object.hasOwn(record, name) && !(name in Object.prototype),
  );
  const members = [...Object.keys(record), ...inherited].map((name): Member => {
    const column = byName.get(name);
    return [
      name,
      () => record[name],
      column === undefined ? { ...none, around: [record] } : contextOf(column, record),
    ];
  });
  return membersToJson(members);
}

type Member = [name: string, read: () => unknown, context: Context];

function membersToJson(members: readonly Member[]): string {
  const parts: string[] = [];
  for (const [name, read, context] of members) {
    const text = writeSafely(read, context);
    if (text !== undefined) parts.push(`${JSON.stringify(name)}:${text}`);
  }
  return `{${parts.join(",")}}`;
}

/** Undefined for what is not there; null for what cannot be read or written. */
function writeSafely(read: () => unknown, context: Context): string | undefined {
  try {
    const value = read();
    return value === undefined ? undefined : write(value, context);
  } catch {
    return "null";
  }
}

function write(value: unknown, context: Context): string {
  switch (typeof value) {
    case "string":
      return context.isJsonText ? rawText(value) : JSON.stringify(value);
    case "number":
      return Number.isFinite(value) ? floatText(value) : `"${value}"`;
    case "bigint":
    case "boolean":
      return String(value);
    case "object":
      return value === null ? "null" : writeObject(value, context);
    default:
      return "null";
  }
}

/** A tenth of the depth at which the stack ends. */
const maxDepth = 1000;

function writeObject(value: object, context: Context): string {
  const { facts, around } = context;
  if (around.includes(value) || around.length >= maxDepth) return "null";
  const inside: Context = { facts: facts?.element ?? facts, isJsonText: false, around: [...around, value] };
  if (value instanceof RawJson) return rawText(value.text);
  if (value instanceof Date) return dateToJson(value, facts?.element ?? facts);
  if (value instanceof Uint8Array && facts?.kind !== "array") {
    return JSON.stringify(bytesToHex(value));
  }
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))) {
    const items = Array.from(
      value as ArrayLike<unknown>,
      (item) => writeSafely(() => item, inside) ?? "null",
    );
    return `[${items.join(",")}]`;
  }
  if (value instanceof Map || value instanceof Set || ArrayBuffer.isView(value)) return "null";
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function") return write(Reflect.apply(toJSON, value, [""]) ?? null, inside);
  const members = Object.keys(value).map(
    (name): Member => [name, () => (value as Record<string, unknown>)[name], inside],
  );
  return membersToJson(members);
}

/** Valid JSON on one line (outside of strings, a line break is but white space); as a string when it is not valid. */
function rawText(text: string): string {
  try {
    JSON.parse(text);
    return text.replace(/[\r\n]+/g, " ");
  } catch {
    return JSON.stringify(text);
  }
}

/** A timestamp column takes no offset, a date column no time. */
function dateToJson(date: Date, facts: TypeFacts | null): string {
  if (Number.isNaN(date.getTime())) return "null";
  const text = date.toISOString();
  if (facts?.name === "timestamp") return `"${text.slice(0, -1)}"`;
  return `"${facts?.name === "date" && text.endsWith("T00:00:00.000Z") ? text.slice(0, -14) : text}"`;
}
