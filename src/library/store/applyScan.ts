// What a scan found, written in one transaction.

import type { PoolClient } from "pg";
import { bulkLoad, type RejectedRow } from "../../bulk/index.ts";
import type { LibraryFile, RowFailure } from "../types.ts";
import { failuresOf, type PlacedFile } from "./failures.ts";
import { findAbsent, firstOfEachPath, rowsOf, sortIds } from "./insertFiles.ts";
import { type FileMove, moveFiles } from "./moveFiles.ts";
import { requireScanLock } from "./scanLock.ts";
import type { GrowingScope, LibraryScope } from "./tables.ts";
import { transact } from "./transact.ts";
import { lastOfEachId, lockIds, updateLocked } from "./updateFiles.ts";

export interface ScanChanges {
  insert?: readonly LibraryFile[];
  /** By their ids. */
  update?: readonly LibraryFile[];
  /** The row keeps its id, and gets all that the file says, its path too. */
  move?: readonly FileMove[];
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
  /** Rows that were inactive or missing, and are active now: of `reactivate`, and of `update`. */
  reactivated: number;
  missing: number;
  verified: number;
  /** Ids of `reactivate` and `missing` that had nothing to be changed: their rows were so already, or are not there. */
  asBefore: number[];
  failures: ScanFailure[];
}

export async function applyScan(
  scope: GrowingScope,
  changes: ScanChanges,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<ApplyScanReport> {
  const { insert = [], update = [], move = [] } = changes;
  const ids = insert.length === 0 ? [] : await scope.ids.take(insert.length);
  const report = await transact(scope, { doing: "Writing what was scanned", signal }, async (client) => {
    await requireScanLock(client, scope);
    await lockIds(client, scope, changedIds(changes));
    const inactive = await listInactive(client, scope, update);
    const marked = await markFound(client, scope, changes);
    const moved = await moveFiles(client, scope, move);
    const updated = await updateAll(client, scope, update);
    const refused = new Set(updated.failures.map(({ index }) => index));
    const isBack = ({ id, isActive, state }: LibraryFile, index: number): boolean =>
      inactive.has(id) && isActive && state === "present" && !refused.has(index);
    const inserted = await insertAll(client, scope, insert, ids);
    return {
      ...marked,
      reactivated: marked.reactivated + update.filter(isBack).length,
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

/** Of files that are to be updated, the ids of those that are not active now. */
async function listInactive(
  client: PoolClient,
  { tables, libraryId }: LibraryScope,
  files: readonly LibraryFile[],
): Promise<Set<number | null>> {
  if (files.length === 0) return new Set();
  const { rows } = await client.query<{ id: string }>(
    `select id from ${tables.file}
      where library_id = $1 and id = any($2::bigint[]) and (not is_active or state = 'missing')`,
    [libraryId, files.flatMap(({ id }) => id ?? [])],
  );
  return new Set(rows.map(({ id }) => Number(id)));
}

async function markFound(
  client: PoolClient,
  { tables, libraryId }: LibraryScope,
  { reactivate = [], missing = [], verified = [] }: ScanChanges,
): Promise<Pick<ApplyScanReport, "reactivated" | "missing" | "verified" | "asBefore">> {
  const now = new Date();
  const mark = async (ids: readonly number[], set: string, where: string): Promise<Set<number>> => {
    if (ids.length === 0) return new Set();
    const { rows } = await client.query<{ id: string }>(
      `update ${tables.file} set ${set}
        where library_id = $1 and id = any($2::bigint[]) and ${where} returning id`,
      [libraryId, ids, now],
    );
    return new Set(rows.map(({ id }) => Number(id)));
  };
  const back = await mark(
    reactivate,
    "is_active = true, state = 'present', missing_since = null, last_verified = $3",
    "(not is_active or state = 'missing')",
  );
  const gone = await mark(
    missing,
    "is_active = false, state = 'missing', missing_since = $3",
    "(is_active or state <> 'missing')",
  );
  const seen = await mark(verified, "last_verified = $3", "true");
  return {
    reactivated: back.size,
    missing: gone.size,
    verified: seen.size,
    asBefore: [...reactivate.filter((id) => !back.has(id)), ...missing.filter((id) => !gone.has(id))],
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
  sortIds(placed, ids);
  const rejects: RejectedRow[] = [];
  const { skipped } = await bulkLoad(client, scope.tables.fileTable.byPath, rowsOf(scope, placed, ids), {
    policy: "skip",
    onReject: (reject) => {
      rejects.push(reject);
    },
  });
  const isSkipped = skipped === 0 ? () => false : await findAbsent(client, scope, ids);
  return [...failures, ...failuresOf(placed, { ids, rejects, isSkipped })];
}
