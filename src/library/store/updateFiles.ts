// Files changed by thousands, by their ids: all columns of a row, but for its library.

import type { PoolClient } from "pg";
import { bulkUpdate, type TableFacts } from "../../bulk/index.ts";
import { statementName } from "../../database/index.ts";
import type { BatchReport, LibraryFileInput, RowFailure } from "../types.ts";
import { byIndex, noId, notFound, type PlacedFile, placeFiles, refused } from "./failures.ts";
import { columns, rowOfFile } from "./fileRow.ts";
import { inspectAhead, keepFacts } from "./inspectAhead.ts";
import { type BatchOptions, clampBatchSize, requireSome, updateLimits } from "./options.ts";
import type { LibraryScope } from "./tables.ts";
import { transact } from "./transact.ts";

export async function updateFiles(
  scope: LibraryScope,
  inputs: readonly LibraryFileInput[],
  { batchSize, signal }: BatchOptions = {},
): Promise<BatchReport> {
  clampBatchSize(batchSize, updateLimits);
  requireSome(inputs, "files");
  const failures: RowFailure[] = [];
  const asking = await inspectAhead(scope);
  const placed = lastOfEachId(placeFiles(inputs, failures), failures);
  let unchanged = 0;
  if (placed.length > 0) {
    const known = await asking();
    const done = await transact(scope, { doing: "Updating files", signal }, (client) =>
      updateLocked(client, scope, placed, known?.facts),
    );
    // One by one: as arguments of a call, more than 120,000 are a RangeError, after the others were changed.
    for (const failure of done.failures) failures.push(failure);
    unchanged = done.unchanged;
    if (failures.length === 0) keepFacts(scope, known);
  }
  const changed = inputs.length - failures.length - unchanged;
  return { read: inputs.length, changed, unchanged, failures: failures.sort(byIndex) };
}

interface IdentifiedFile extends PlacedFile {
  id: number;
}

/** In the order of the ids, for the same reason as paths when files are added. */
export function lastOfEachId(placed: readonly PlacedFile[], failures: RowFailure[]): IdentifiedFile[] {
  const last = new Map<number, IdentifiedFile>();
  for (const { index, file } of placed) {
    const { id, path } = file;
    if (id === null || !Number.isSafeInteger(id)) {
      failures.push(noId({ index, path }));
      continue;
    }
    const known = last.get(id);
    if (known !== undefined) {
      const message = `${known.file.path} has the id ${id}, as the file at ${index} has, which counts.`;
      failures.push({ index: known.index, path: known.file.path, code: "duplicate_id", message });
    }
    last.set(id, { index, file, id });
  }
  return [...last.values()].sort((a, b) => a.id - b.id);
}

/** Locks first, in the order of the ids: all functions that change rows do, so that nobody waits in a circle. */
export async function lockIds(
  client: PoolClient,
  { tables, libraryId }: LibraryScope,
  ids: readonly number[],
): Promise<Set<number>> {
  const text = `select id, library_id from ${tables.file} where id = any($1::bigint[]) order by id for update`;
  // Prepared: with ten indexes to look at, planning it takes longer than locking 100 rows.
  const { rows } = await client.query<[string, number]>({
    name: statementName(text),
    text,
    values: [ids],
    rowMode: "array",
  });
  // Not in the statement, whose plan would then depend on how many libraries there are.
  return new Set(rows.filter(([, owner]) => owner === libraryId).map(([id]) => Number(id)));
}

const libraryIdPlace = columns.findIndex(({ name }) => name === "library_id");

/** Of rows that are there; those of other libraries are not found. */
export async function updateLocked(
  client: PoolClient,
  scope: LibraryScope,
  placed: readonly IdentifiedFile[],
  facts?: TableFacts,
): Promise<{ unchanged: number; failures: RowFailure[] }> {
  const there = await lockIds(
    client,
    scope,
    placed.map(({ id }) => id),
  );
  const failures: RowFailure[] = [];
  const known: IdentifiedFile[] = [];
  for (const one of placed) {
    if (there.has(one.id)) known.push(one);
    else failures.push(notFound({ index: one.index, path: one.file.path }, `A file with the id ${one.id}`));
  }
  if (known.length === 0) return { unchanged: 0, failures };
  const rows = known.map(({ file, id }) =>
    rowOfFile(file, { id, libraryId: scope.libraryId, indexedAt: null }).toSpliced(libraryIdPlace, 1),
  );
  const { unchanged } = await bulkUpdate(client, scope.tables.fileTable.byId, rows, {
    ...(facts === undefined ? {} : { facts }),
    onReject: (reject) => {
      const { index, file } = known[reject.position] as IdentifiedFile;
      failures.push(refused({ index, path: file.path }, reject));
    },
  });
  return { unchanged, failures };
}
