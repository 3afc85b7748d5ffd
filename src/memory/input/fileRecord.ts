// A record as files write it -> a record as the store takes it. What files in the wild call differently is named here.

import { memberTexts } from "../../files/index.ts";
import { RawJson } from "../../json.ts";
import { recordText } from "../rowSource.ts";
import type { MemoryKind } from "../types.ts";

export interface RecordContext {
  kind: MemoryKind;
  /** Of entries that name none. */
  namespace: string;
}

type FileRecord = Record<string | symbol, unknown>;

const momentFields = [
  "created_at",
  "createdAt",
  "updated_at",
  "updatedAt",
  "expires_at",
  "expiresAt",
] as const;

/** Columns of JSON, whose numbers have to keep their digits. */
const jsonFields = ["metadata", "state"] as const;

/**
 * Takes over a parsed record: `content` is `value`, `timestamp` is `created_at`, objects as values become JSON text,
 * and embeddings, tags and metadata may be JSON within text, as SQLite has them. Numbers in JSON keep their digits.
 *
 * @param value what JSON.parse made of `text`; it is changed in place
 */
export function readFileRecord(value: object, text: string, context: RecordContext): object {
  const record = value as FileRecord;
  const parts = lazyParts(text);
  if (context.kind === "entries") readEntry(record, parts, context.namespace);
  if (record.timestamp !== undefined) {
    record.created_at ??= record.timestamp;
    delete record.timestamp;
  }
  for (const field of momentFields) {
    if (typeof record[field] === "number") record[field] = momentOfNumber(record[field]);
  }
  for (const field of ["embedding", "tags"]) {
    if (typeof record[field] === "string") record[field] = parseList(record[field]);
  }
  for (const field of jsonFields) {
    const json = record[field];
    if (typeof json === "string" && field === "metadata" && isObjectText(json))
      record[field] = new RawJson(json);
    else if (holdsNumber(json)) record[field] = new RawJson(parts(field));
  }
  record[recordText] = text;
  return record;
}

function readEntry(record: FileRecord, parts: (name: string) => string, namespace: string): void {
  record.namespace ??= namespace;
  let field = "value";
  if (record.value === undefined && record.content !== undefined) {
    field = "content";
    record.value = record.content;
    delete record.content;
  }
  if (typeof record.value === "object" && record.value !== null) record.value = parts(field);
}

/** The texts of the members; found when the first one is asked for, since most records need none. */
function lazyParts(text: string): (name: string) => string {
  let members: Map<string, string> | undefined;
  return (name) => {
    members ??= memberTexts(text);
    return members.get(name) ?? "null";
  };
}

/** JavaScript may have lost digits of it: 1.0, 2^60. */
function holdsNumber(value: unknown): boolean {
  if (typeof value === "number") return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(holdsNumber);
}

/** Milliseconds, as claude-flow writes them; below 1e11, which is 1973, they are seconds. */
function momentOfNumber(number: number): Date {
  return new Date(Math.abs(number) < 1e11 ? number * 1000 : number);
}

/** A list in JSON; anything else stays what it is, and is refused as such. */
function parseList(text: string): unknown {
  if (!text.startsWith("[")) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isObjectText(text: string): boolean {
  if (!/^\s*\{/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
