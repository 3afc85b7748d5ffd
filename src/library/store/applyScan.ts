// What a scan found, written in one transaction.

import type { PoolClient } from "pg";
import { bulkLoad, type RejectedRow } from "../../bulk/index.ts";
import type { LibraryFile, RowFailure } from "../types.ts";
import { failuresOf, type PlacedFile } from "./failures.ts";
import { findAbsent, firstOfEachPath, insertTable, reserveIds, rowsOf } from "./insertFiles.ts";
import type { GrowingScope, LibraryScope } from "./tables.ts";
import { transact } from "./transact.ts";
import { lastOfEachId, lockIds, updateLocked } from "./updateFiles.ts";

export interface ScanChanges {
  insert?: readonly LibraryFile[];
  /** By their ids. */
  update?: readonly LibraryFile[];
  /** The row keeps its id, and gets all that the file says, its path too. */
  move?: readonly { id: number; file: LibraryFile }[];
  /** Ids of files that are there again: active, and present. */
  reactivate?: readonly number[];
  /** Ids of files that are not where they should be: inactive, and missing since now. */
  missing?: readonly number[];
  /** Ids of files that are as they were. */
  verified?: readonly number[];
}

export interface ScanFailure extends RowFailure {
  /** The list that `index` is a place in. */
  change: "insert" | "update" | "move";
}

export interface ApplyScanReport {
  inserted: number;
  updated: number;
  /** Updates of rows that were equal already. */
  unchanged: number;
  moved: number;
  reactivated: number;
  missing: number;
  verified: number;
  failures: ScanFailure[];
}

export async function applyScan(
  scope: GrowingScope,
  changes: ScanChanges,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<ApplyScanReport> {
  const { insert = [], update = [], move = [] } = changes;
  const ids = insert.length === 0 ? [] : await reserveIds(scope, insert.length);
  const report = await transact(scope, { doing: "Writing what was scanned", signal }, async (client) => {
    await lockIds(client, scope, changedIds(changes));
    const marked = await markFound(client, scope, changes);
    const moved = await moveFiles(client, scope, move);
    const updated = await updateAll(client, scope, update);
    const inserted = await insertAll(client, scope, insert, ids);
    return {
      ...marked,
      moved: move.length - moved.failures.length,
      updated: update.length - updated.unchanged - updated.failures.length,
      unchanged: updated.unchanged,
      inserted: insert.length - inserted.length,
      failures: [
        ...named("insert", inserted),
        ...named("update", updated.failures),
        ...named("move", moved.failures),
      ],
    };
  });
  await scope.growth.add(report.inserted);
  return report;
}

/** All rows that will change are locked at once, in one order. */
function changedIds({
  update = [],
  move = [],
  reactivate = [],
  missing = [],
  verified = [],
}: ScanChanges): number[] {
  const own = update.flatMap(({ id }) => id ?? []);
  return [...own, ...move.map(({ id }) => id), ...reactivate, ...missing, ...verified];
}

function named(change: ScanFailure["change"], failures: readonly RowFailure[]): ScanFailure[] {
  return failures.map((failure) => ({ ...failure, change })).sort((a, b) => a.index - b.index);
}

async function markFound(
  client: PoolClient,
  { tables, libraryId }: LibraryScope,
  { reactivate = [], missing = [], verified = [] }: ScanChanges,
): Promise<Pick<ApplyScanReport, "reactivated" | "missing" | "verified">> {
  const now = new Date();
  const mark = async (ids: readonly number[], set: string, where: string): Promise<number> => {
    if (ids.length === 0) return 0;
    const { rows } = await client.query<{ count: string }>(
      `with marked as (
        update ${tables.file} set ${set}
        where library_id = $1 and id = any($2::bigint[]) and ${where} returning 1
      ) select count(*) as count from marked, (select $3::timestamptz) as now`,
      [libraryId, ids, now],
    );
    return Number(rows[0]?.count);
  };
  return {
    reactivated: await mark(
      reactivate,
      "is_active = true, state = 'present', missing_since = null, last_verified = $3",
      "(not is_active or state = 'missing')",
    ),
    missing: await mark(
      missing,
      "is_active = false, state = 'missing', missing_since = $3",
      "(is_active or state <> 'missing')",
    ),
    verified: await mark(verified, "last_verified = $3", "true"),
  };
}

type Outcome = { unchanged: number; failures: RowFailure[] };

async function updateAll(
  client: PoolClient,
  scope: LibraryScope,
  files: readonly LibraryFile[],
): Promise<Outcome> {
  const failures: RowFailure[] = [];
  const placed = lastOfEachId(
    files.map((file, index) => ({ index, file })),
    failures,
  );
  if (placed.length === 0) return { unchanged: 0, failures };
  const done = await updateLocked(client, scope, placed);
  return { unchanged: done.unchanged, failures: [...failures, ...done.failures] };
}

/**
 * One file may have gone where another one was, and that one on: all leave their old paths first, for such as no file has.
 * What cannot be moved gets its old path back.
 */
async function moveFiles(
  client: PoolClient,
  scope: LibraryScope,
  moves: NonNullable<ScanChanges["move"]>,
): Promise<Outcome> {
  if (moves.length === 0) return { unchanged: 0, failures: [] };
  const { tables, libraryId } = scope;
  const ids = moves.map(({ id }) => id);
  // No path that encodePath made has a backslash before an "m".
  const { rows } = await client.query<{ id: string; path: string }>(
    `with old as (select id, path from ${tables.file} where library_id = $1 and id = any($2::bigint[]))
      update ${tables.file} f set path = '\\moving/' || f.id from old where f.id = old.id
      returning f.id, old.path`,
    [libraryId, ids],
  );
  const outcome = await updateAll(
    client,
    scope,
    moves.map(({ id, file }) => ({ ...file, id })),
  );
  if (outcome.failures.length > 0) {
    await client.query(
      `update ${tables.file} f set path = old.path from unnest($2::bigint[], $3::text[]) as old (id, path)
        where f.library_id = $1 and f.id = old.id and f.path = '\\moving/' || f.id`,
      [libraryId, rows.map(({ id }) => id), rows.map(({ path }) => path)],
    );
  }
  return outcome;
}

async function insertAll(
  client: PoolClient,
  scope: LibraryScope,
  files: readonly LibraryFile[],
  reserved: readonly number[],
): Promise<RowFailure[]> {
  const failures: RowFailure[] = [];
  const all: PlacedFile[] = files.map((file, index) => ({ index, file }));
  const placed = firstOfEachPath(all, failures);
  if (placed.length === 0) return failures;
  const ids = reserved.slice(0, placed.length);
  const rejects: RejectedRow[] = [];
  const { skipped } = await bulkLoad(client, insertTable(scope), rowsOf(scope, placed, ids), {
    policy: "skip",
    onReject: (reject) => {
      rejects.push(reject);
    },
  });
  const isSkipped = skipped === 0 ? () => false : await findAbsent(client, scope, ids);
  return [...failures, ...failuresOf(placed, { ids, rejects, isSkipped })];
}
