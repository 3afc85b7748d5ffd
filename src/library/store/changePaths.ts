// Rows deleted or marked by thousands, by their paths.

import type { PoolClient } from "pg";
import { bulkDelete, bulkUpdate, type RejectedRow, type TableDescription } from "../../bulk/index.ts";
import { errorCode } from "../../errors.ts";
import { isStorableText } from "../paths.ts";
import type { BatchReport, RowFailure } from "../types.ts";
import { byIndex, duplicatePath, notFound, refused } from "./failures.ts";
import { type BatchOptions, clampBatchSize, insertLimits, requireSome } from "./options.ts";
import type { LibraryScope } from "./tables.ts";
import { transact } from "./transact.ts";

export async function deleteFiles(
  scope: LibraryScope,
  paths: readonly string[],
  options: BatchOptions = {},
): Promise<BatchReport> {
  return changePaths(scope, paths, {
    ...options,
    text: `delete from ${scope.tables.file} where id = any($1::bigint[])`,
    isDone: () => false,
    twinsAreDone: false,
    oneByOne: (client, ids, onReject) =>
      bulkDelete(
        client,
        tableOf(scope),
        ids.map((id) => [id]),
        { onReject },
      ),
  });
}

/**
 * A path that stands twice is marked once, and was as wanted the second time. It lasts until a scan, or a check that marks, finds
 * the file: one that is there is active.
 */
export async function markInactive(
  scope: LibraryScope,
  paths: readonly string[],
  options: BatchOptions = {},
): Promise<BatchReport> {
  const table = tableOf(scope);
  return changePaths(scope, paths, {
    ...options,
    text: `update ${scope.tables.file} set is_active = false where id = any($1::bigint[])`,
    isDone: ({ isActive }) => !isActive,
    twinsAreDone: true,
    oneByOne: (client, ids, onReject) =>
      bulkUpdate(
        client,
        { ...table, columns: [...table.columns, { name: "is_active", type: "bool" }] },
        ids.map((id) => [id, false]),
        { onReject },
      ),
  });
}

const tableOf = ({ tables }: LibraryScope): TableDescription => ({
  schema: tables.schema,
  name: "file",
  columns: [{ name: "id", type: "int8" }],
  conflictKey: ["id"],
});

interface Place {
  index: number;
  path: string;
}

interface FoundPlace extends Place {
  id: number;
  isActive: boolean;
}

type OnReject = (reject: RejectedRow) => void;

interface Change extends BatchOptions {
  /** $1: the ids. */
  text: string;
  isDone: (place: FoundPlace) => boolean;
  /** Whether a path that stood before is as wanted, or a mistake. */
  twinsAreDone: boolean;
  /** By the engine, which finds the rows that the server refuses. */
  oneByOne: (client: PoolClient, ids: readonly number[], onReject: OnReject) => Promise<unknown>;
}

async function changePaths(
  scope: LibraryScope,
  paths: readonly string[],
  change: Change,
): Promise<BatchReport> {
  clampBatchSize(change.batchSize, insertLimits);
  requireSome(paths, "paths");
  const { places, twins } = placePaths(paths);
  const { signal } = change;
  const done = await transact(scope, { doing: "Changing files", signal }, async (client) => {
    const found = await lockPaths(client, scope, places);
    const wanted = found.filter((place) => !change.isDone(place));
    const failures = await changeAll(client, wanted, change);
    return { found, unchanged: found.length - wanted.length, failures };
  });
  const there = new Set(done.found.map(({ index }) => index));
  const failures = [
    ...done.failures,
    ...places.filter(({ index }) => !there.has(index)).map((place) => notFound(place, place.path)),
    ...(change.twinsAreDone ? [] : twins.map((twin) => duplicatePath(twin, twin.of))),
  ];
  const unchanged = done.unchanged + (change.twinsAreDone ? twins.length : 0);
  const changed = paths.length - unchanged - failures.length;
  return { read: paths.length, changed, unchanged, failures: failures.sort(byIndex) };
}

/** Each path once, and where it stands again. */
function placePaths(paths: readonly string[]): { places: Place[]; twins: (Place & { of: number })[] } {
  const first = new Map<string, Place>();
  const twins: (Place & { of: number })[] = [];
  for (const [index, given] of paths.entries()) {
    // JavaScript callers have no types to warn them.
    const path = String(given);
    const known = first.get(path);
    if (known === undefined) first.set(path, { index, path });
    else twins.push({ index, path, of: known.index });
  }
  return { places: [...first.values()], twins };
}

/** In the order of the ids, as in `lockIds`; those that are there. */
async function lockPaths(
  client: PoolClient,
  { tables, libraryId }: LibraryScope,
  places: readonly Place[],
): Promise<FoundPlace[]> {
  const text = `
    select f.id, f.path, f.is_active from ${tables.file} f
    where f.library_id = $1 and f.id = any(array(
      select found.id from unnest($2::text[]) as wanted (path)
        cross join lateral (select id from ${tables.file} where library_id = $1 and path = wanted.path limit 1) found
    ))
    order by f.id for update`;
  const byPath = new Map(places.map((place) => [place.path, place]));
  const storable = [...byPath.keys()].filter(isStorableText);
  const { rows } = await client.query<[string, string, boolean]>({
    text,
    values: [libraryId, storable],
    rowMode: "array",
  });
  // One that was moved while the lock was waited for has another path now.
  return rows.flatMap(([id, path, isActive]) => {
    const place = byPath.get(path);
    return place === undefined ? [] : { ...place, id: Number(id), isActive };
  });
}

/** One statement for all; where the server refuses a row of them, the engine halves them until it stands alone. */
async function changeAll(
  client: PoolClient,
  places: readonly FoundPlace[],
  { text, oneByOne }: Change,
): Promise<RowFailure[]> {
  if (places.length === 0) return [];
  const ids = places.map(({ id }) => id);
  await client.query("savepoint copycat_change");
  try {
    await client.query(text, [ids]);
    return [];
  } catch (error) {
    // Integrity, and what triggers raise; anything else is no matter of a row.
    if (!/^(23|P0|38|39|44)/.test(errorCode(error) ?? "")) throw error;
  }
  await client.query("rollback to savepoint copycat_change");
  const failures: RowFailure[] = [];
  await oneByOne(client, ids, (reject) => {
    const { index, path } = places[reject.position] as FoundPlace;
    failures.push(refused({ index, path }, reject));
  });
  return failures;
}
