// Updates that are there already: are they what is to be stored?

import type { PoolClient } from "pg";
import type { CheckedUpdate } from "./checkUpdate.ts";
import { copyOut, selectArray } from "./copyOut.ts";
import type { FoundUpdate } from "./keys.ts";
import { type StoredArray, storeArray } from "./storedArray.ts";
import type { Tables } from "./tables.ts";

/** The ids of those that are equal to their like: the same origin and the same arrays to the byte. */
export async function findSame(
  client: PoolClient,
  tables: Tables,
  pairs: readonly { update: CheckedUpdate; found: FoundUpdate }[],
): Promise<Set<number>> {
  if (pairs.length === 0) return new Set();
  const stored = await readStored(
    client,
    tables,
    pairs.map(({ found }) => found.id),
  );
  const isSame = ({ update, found }: { update: CheckedUpdate; found: FoundUpdate }): boolean => {
    const arrays = stored.get(found.id) ?? new Map<number, StoredArray>();
    if (update.origin !== found.origin || arrays.size !== update.arrays.length) return false;
    return update.arrays.every(({ attributeId, array, facts }) => {
      const there = arrays.get(attributeId);
      return there !== undefined && areEqual(there, storeArray(array, facts));
    });
  };
  return new Set(pairs.filter(isSame).map(({ found }) => found.id));
}

async function readStored(
  client: PoolClient,
  tables: Tables,
  ids: readonly number[],
): Promise<Map<number, Map<number, StoredArray>>> {
  const rows = await copyOut(
    client,
    `select a.update_id, a.attribute_id, ${selectArray("a")} from ${tables.everyArray} a
      where a.update_id in (${ids.map(Number).join(", ")})`,
  );
  const found = new Map<number, Map<number, StoredArray>>();
  while (rows.next()) {
    const update = rows.int64() as number;
    const attribute = rows.int32() as number;
    const array = rows.array();
    const arrays = found.get(update) ?? new Map<number, StoredArray>();
    if (array !== null) arrays.set(attribute, array);
    found.set(update, arrays);
  }
  return found;
}

function areEqual(a: StoredArray, b: StoredArray): boolean {
  return (
    a.checksum === b.checksum &&
    a.dtype === b.dtype &&
    a.rowPtrDtype === b.rowPtrDtype &&
    a.shape.length === b.shape.length &&
    a.shape.every((axis, index) => axis === b.shape[index]) &&
    a.data.equals(b.data) &&
    (a.rowPtr === null || b.rowPtr === null ? a.rowPtr === b.rowPtr : a.rowPtr.equals(b.rowPtr))
  );
}
