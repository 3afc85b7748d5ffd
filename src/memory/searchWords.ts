// Entries by words: no language model is built in that could make a vector of a question.

import { CopycatError } from "../errors.ts";
import { RawJson } from "../json.ts";
import { checkCount } from "./readEntries.ts";
import type { SearchOptions } from "./searchMemory.ts";
import { searchWordsSql } from "./sql/search.ts";
import { type MemoryTarget, querier, requireReadableStore } from "./store.ts";
import type { FoundEntry } from "./types.ts";

/** Conditions a statement takes; nobody types more words. */
const mostWords = 50;

/**
 * Entries whose key or value holds every word, in any case, newest first. Every value is read, so this is for looking
 * around, not for serving.
 *
 * @throws CopycatError USAGE (no word), NOT_FOUND (no store)
 *
 * @example
 * await searchMemoryWords(database, "security audit", { namespace: "patterns" });
 */
export async function searchMemoryWords(
  db: MemoryTarget,
  text: string,
  options: Pick<SearchOptions, "namespace" | "limit" | "metadata" | "tags" | "schema" | "store"> = {},
): Promise<Omit<FoundEntry, "similarity">[]> {
  const { namespace, limit = 10, metadata, tags } = options;
  checkCount("limit", limit, 1, 1000);
  const words = text.split(/\s+/).filter((word) => word !== "");
  if (words.length === 0 || words.length > mostWords) {
    throw new CopycatError("USAGE", `Name 1 to ${mostWords} words to search for, not ${words.length}.`);
  }
  const store = await requireReadableStore(db, options);
  const parts = {
    words: words.length,
    namespace: namespace !== undefined,
    metadata: metadata !== undefined,
    tags: tags !== undefined,
  };
  const values = [
    limit,
    ...words.map((word) => `%${word.replace(/[\\%_]/g, "\\$&")}%`),
    ...(namespace === undefined ? [] : [namespace]),
    ...(metadata === undefined
      ? []
      : [metadata instanceof RawJson ? metadata.text : JSON.stringify(metadata)]),
    ...(tags === undefined ? [] : [tags]),
  ];
  const { rows } = await querier(db).query<Omit<FoundEntry, "similarity">>(
    searchWordsSql(store, parts),
    values,
  );
  return rows;
}
