// Files added by thousands: COPY, with each one that does not go in named.

import type { ClientBase, Pool } from "pg";
import { bulkLoad, type RejectedRow, type TableFacts } from "../../bulk/index.ts";
import type { BatchReport, LibraryFileInput, RowFailure } from "../types.ts";
import { byIndex, duplicatePath, failuresOf, type PlacedFile, placeFiles } from "./failures.ts";
import { type FileRowValues, rowOfFile } from "./fileRow.ts";
import { inspectAhead, keepFacts } from "./inspectAhead.ts";
import { type BatchOptions, clampBatchSize, insertLimits, requireSome } from "./options.ts";
import type { GrowingScope, LibraryScope } from "./tables.ts";

export async function insertFiles(
  scope: GrowingScope,
  inputs: readonly LibraryFileInput[],
  { batchSize, signal }: BatchOptions = {},
): Promise<BatchReport> {
  clampBatchSize(batchSize, insertLimits);
  requireSome(inputs, "files");
  const failures: RowFailure[] = [];
  // The server answers while the files are looked at here.
  const reserving = scope.ids.take(inputs.length);
  reserving.catch(() => undefined);
  const inspecting = await inspectAhead(scope);
  const placed = firstOfEachPath(placeFiles(inputs, failures), failures);
  if (placed.length > 0) {
    const ids = (await reserving).slice(0, placed.length);
    const known = await inspecting();
    for (const failure of await load(scope, placed, ids, { signal, facts: known?.facts }))
      failures.push(failure);
    if (failures.length === 0) keepFacts(scope, known);
  }
  const changed = inputs.length - failures.length;
  await scope.growth.add(changed);
  return { read: inputs.length, changed, unchanged: 0, failures: failures.sort(byIndex) };
}

/** In the order of their paths: two who write the same ones wait for each other in one order, and not in a circle. */
export function firstOfEachPath(placed: readonly PlacedFile[], failures: RowFailure[]): PlacedFile[] {
  const first = new Map<string, PlacedFile>();
  for (const one of placed) {
    const { path } = one.file;
    const known = first.get(path);
    if (known === undefined) first.set(path, one);
    else failures.push(duplicatePath({ index: one.index, path }, known.index));
  }
  return [...first.values()].sort((a, b) => (a.file.path < b.file.path ? -1 : 1));
}

async function load(
  scope: LibraryScope,
  placed: readonly PlacedFile[],
  ids: number[],
  { signal, facts }: { signal: AbortSignal | undefined; facts: TableFacts | undefined },
): Promise<RowFailure[]> {
  sortIds(placed, ids);
  let rejects: RejectedRow[] = [];
  const report = await bulkLoad(
    scope.database,
    scope.tables.fileTable.byPath,
    () => rowsOf(scope, placed, ids),
    {
      policy: "skip",
      ...(facts === undefined ? {} : { facts }),
      ...(signal === undefined ? {} : { signal }),
      onReject: (reject) => {
        rejects.push(reject);
      },
      onRestart: () => {
        rejects = [];
      },
    },
  );
  const isSkipped = report.skipped === 0 ? () => false : await findAbsent(scope.database.pool, scope, ids);
  return failuresOf(placed, { ids, rejects, isSkipped });
}

/** Ids rise with the place in the input, though rows are sent in the order of their paths. */
export function sortIds(placed: readonly PlacedFile[], ids: number[]): void {
  const order = placed.map((_, place) => place);
  order.sort((a, b) => (placed[a] as PlacedFile).index - (placed[b] as PlacedFile).index);
  const sorted = [...ids].sort((a, b) => a - b);
  for (const [rank, place] of order.entries()) ids[place] = sorted[rank] as number;
}

/** Made one by one, while those before them are on their way. */
export function* rowsOf(
  { libraryId }: LibraryScope,
  placed: readonly PlacedFile[],
  ids: readonly number[],
): Generator<FileRowValues> {
  const indexedAt = new Date();
  for (const [place, { file }] of placed.entries()) {
    yield rowOfFile(file, { id: ids[place] as number, libraryId, indexedAt });
  }
}

/** Of rows that were sent and not rejected: those that met their like. */
export async function findAbsent(
  client: ClientBase | Pool,
  { tables }: LibraryScope,
  ids: readonly number[],
): Promise<(id: number) => boolean> {
  const { rows } = await client.query<{ id: string }>(
    `select wanted.id from unnest($1::bigint[]) as wanted (id)
      where not exists (select from ${tables.file} f where f.id = wanted.id)`,
    [ids],
  );
  const absent = new Set(rows.map(({ id }) => Number(id)));
  return (id) => absent.has(id);
}
