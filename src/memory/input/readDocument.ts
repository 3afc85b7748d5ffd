// Files that are one JSON document: the shapes that exist in the wild.

import { isRejectLine, itemTexts, memberTexts } from "../../files/index.ts";
import { stringToJson } from "../../json.ts";
import { kinds } from "../kinds.ts";
import type { MemoryKind } from "../types.ts";
import type { RecordContext } from "./fileRecord.ts";
import { isObject, readRecordText } from "./readLines.ts";

/** One record of a document: where it stands, its text, and the namespace that it stands in. */
export interface DocumentItem {
  place: string;
  text: string;
  namespace?: string;
}

/**
 * The records of a document: a list, `{entries: [...]}` (or `patterns`, `trajectories`, by the kind), `{results: [...]}`,
 * one record; and of entries `{namespace: [...]}` and a plain `{key: value}` map.
 *
 * @param value what JSON.parse made of `text`
 */
export function listItems(value: unknown, text: string, kind: MemoryKind): DocumentItem[] {
  const { plural } = kinds[kind];
  if (Array.isArray(value)) return itemsOf(text, plural);
  if (!isObject(value) || isOneRecord(value, kind)) return [{ place: `${plural}[0]`, text }];
  const members = memberTexts(text);
  const list = listName(value, kind);
  if (list !== undefined) return itemsOf(members.get(list) ?? "[]", list);
  const isByNamespace = Object.values(value).every((list) => Array.isArray(list) && list.every(isObject));
  return [...members].flatMap(([name, member]) =>
    isByNamespace
      ? itemsOf(member, name).map((item) => ({ ...item, namespace: name }))
      : { place: JSON.stringify(name), text: `{"key":${stringToJson(name)},"value":${member}}` },
  );
}

function itemsOf(text: string, name: string): DocumentItem[] {
  return itemTexts(text).map((item, index) => ({ place: `${name}[${index}]`, text: item }));
}

/** Names that an entry's fields have in files. */
const entryFields = new Set([
  "namespace",
  "key",
  "value",
  "content",
  "embedding",
  "metadata",
  "tags",
  "timestamp",
  "created_at",
  "updated_at",
  "expires_at",
  "ttlSeconds",
  "id",
]);

/** The member that holds the records. */
function listName(value: object, kind: MemoryKind): string | undefined {
  return [kinds[kind].plural, "entries", "results"].find((name) =>
    Array.isArray((value as Record<string, unknown>)[name]),
  );
}

/**
 * Whether an object is one record, rather than several. A map of entries with a key called "key" and one called "value"
 * is taken for an entry: nothing tells them apart.
 */
export function isOneRecord(value: object, kind: MemoryKind): boolean {
  if (isRejectLine(value)) return true;
  if (listName(value, kind) !== undefined) return false;
  if (kind !== "entries" || ("key" in value && ("value" in value || "content" in value))) return true;
  const names = Object.keys(value);
  return names.length > 0 && names.every((name) => entryFields.has(name));
}

/** The record of an item. Pairs of an id and a record, as claude-flow's `hnsw.metadata.json` has them, are records. */
export function readItem({ text, namespace }: DocumentItem, context: RecordContext): unknown {
  const own = namespace === undefined ? context : { ...context, namespace };
  const record = readRecordText(text, own);
  if (
    !Array.isArray(record) ||
    record.length !== 2 ||
    typeof record[0] !== "string" ||
    !isObject(record[1])
  ) {
    return record;
  }
  return readRecordText(itemTexts(text)[1] ?? "null", own);
}
