// Entries out of the store.

import { deleteExpiredSql, deleteNamespaceSql, deleteSql } from "./sql/reads.ts";
import { type MemoryTarget, querier, requireStore, type StoreOptions } from "./store.ts";

/**
 * Deletes one entry; whether there was one. An entry that has expired is gone already: it is deleted, too, and the
 * answer is false.
 *
 * @example
 * await deleteMemory(database, "patterns", "cve-status"); // true, and false the second time
 */
export async function deleteMemory(
  db: MemoryTarget,
  namespace: string,
  key: string,
  options: StoreOptions = {},
): Promise<boolean> {
  const store = await requireStore(db, options);
  const { rows } = await querier(db).query<{ visible: boolean }>(deleteSql(store), [namespace, key]);
  return rows[0]?.visible === true;
}

/** Deletes all entries of a namespace; how many. */
export async function deleteNamespace(
  db: MemoryTarget,
  namespace: string,
  options: StoreOptions = {},
): Promise<number> {
  const store = await requireStore(db, options);
  const { rows } = await querier(db).query<{ deleted: number }>(deleteNamespaceSql(store), [namespace]);
  return rows[0]?.deleted ?? 0;
}

/** Removes what has expired; how many. Reads do not see it anyway, and every load of entries does this first. */
export async function deleteExpired(db: MemoryTarget, options: StoreOptions = {}): Promise<number> {
  const store = await requireStore(db, options);
  if (store.tables.entries?.columns.has("expires_at") !== true) return 0;
  const { rows } = await querier(db).query<{ deleted: number }>(deleteExpiredSql(store));
  return rows[0]?.deleted ?? 0;
}
