// Reads of entries by key, newest first, and counted. What has expired is never seen.

import { CopycatError } from "../errors.ts";
import { countSql, listNamespacesSql, listSql, retrieveSql } from "./sql/reads.ts";
import { type MemoryTarget, querier, requireReadableStore, type StoreOptions } from "./store.ts";
import type { MemoryEntry } from "./types.ts";

export interface RetrievedEntry extends MemoryEntry {
  /** float4 as numbers; null when the entry has none. */
  embedding: number[] | null;
}

/**
 * One entry, or null.
 *
 * @example
 * const entry = await retrieveMemory(database, "patterns", "cve-status");
 * entry?.value;
 */
export async function retrieveMemory(
  db: MemoryTarget,
  namespace: string,
  key: string,
  options: StoreOptions = {},
): Promise<RetrievedEntry | null> {
  const store = await requireReadableStore(db, options);
  const { rows } = await querier(db).query<MemoryEntry & { embedding: string | null }>(retrieveSql(store), [
    namespace,
    key,
  ]);
  const found = rows[0];
  if (found === undefined) return null;
  const { embedding, ...entry } = found;
  return { ...entry, embedding: embedding === null ? null : (JSON.parse(embedding) as number[]) };
}

export interface ListOptions extends StoreOptions {
  /** Default: all. */
  namespace?: string;
  /** Default 100, at most 10,000. */
  limit?: number;
  /** Entries to pass over; each of them is read, so use `after` for far pages. */
  offset?: number;
  /** `next` of the page before. */
  after?: string;
}

export interface MemoryPage {
  /** Newest first. */
  entries: MemoryEntry[];
  /** For `after` of the next page; null when this one is the last. */
  next: string | null;
}

/**
 * Entries, newest first.
 *
 * @throws CopycatError USAGE, NOT_FOUND (no store)
 *
 * @example
 * for (let page = await listMemories(database); ; page = await listMemories(database, { after: page.next })) {
 *   console.log(page.entries.map(({ key }) => key));
 *   if (page.next === null) break;
 * }
 */
export async function listMemories(db: MemoryTarget, options: ListOptions = {}): Promise<MemoryPage> {
  const { namespace, limit = 100, offset = 0, after } = options;
  checkCount("limit", limit, 1, 10_000);
  checkCount("offset", offset, 0, Number.MAX_SAFE_INTEGER);
  const place = after === undefined ? [] : parsePlace(after);
  const store = await requireReadableStore(db, options);
  const text = listSql(store, { namespace: namespace !== undefined, after: after !== undefined });
  const values = [limit + 1, offset, ...(namespace === undefined ? [] : [namespace]), ...place];
  const { rows } = await querier(db).query<MemoryEntry & { place: string }>(text, values);
  const shown = rows.slice(0, limit);
  return {
    entries: shown.map(({ place: _, ...entry }) => entry),
    // One row more than asked for says whether there is another page.
    next: rows.length > limit ? (shown.at(-1)?.place ?? null) : null,
  };
}

/** How many entries there are, in one namespace or in all. */
export async function countMemories(
  db: MemoryTarget,
  options: StoreOptions & { namespace?: string } = {},
): Promise<number> {
  const store = await requireReadableStore(db, options);
  const { rows } = await querier(db).query<{ count: number }>(countSql(store), [options.namespace ?? null]);
  return rows[0]?.count ?? 0;
}

export interface NamespaceSummary {
  namespace: string;
  entries: number;
  /** Those that have an embedding, and so can be found by one. */
  embedded: number;
  updatedAt: Date;
}

/** Every namespace with its counts, by name. */
export async function listNamespaces(
  db: MemoryTarget,
  options: StoreOptions = {},
): Promise<NamespaceSummary[]> {
  const store = await requireReadableStore(db, options);
  return (await querier(db).query<NamespaceSummary>(listNamespacesSql(store))).rows;
}

/** @throws CopycatError USAGE */
export function checkCount(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new CopycatError("USAGE", `${name} is ${value}; it must be a whole number ${range}.`);
}

function parsePlace(after: string): string[] {
  const [moment, id, ...rest] = after.split("|");
  if (
    moment !== undefined &&
    id !== undefined &&
    rest.length === 0 &&
    /^\d{4}.*\d/.test(moment) &&
    id !== ""
  ) {
    return [moment, id];
  }
  throw new CopycatError("USAGE", `"${after}" is no place in a list; use \`next\` of the page before.`);
}
