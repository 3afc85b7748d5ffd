// Rows deleted or marked by thousands, by their paths.

import type { PoolClient } from "pg";
import { type BulkChangeOptions, bulkDelete, bulkUpdate, type TableDescription } from "../../bulk/index.ts";
import { isStorableText } from "../paths.ts";
import type { BatchReport, RowFailure } from "../types.ts";
import { byIndex, duplicatePath, notFound, refused } from "./failures.ts";
import { type BatchOptions, clampBatchSize, insertLimits, requireSome } from "./options.ts";
import type { LibraryScope } from "./tables.ts";
import { transact } from "./transact.ts";

const keyColumns = [
  { name: "library_id", type: "int4" },
  { name: "path", type: "text" },
];
const conflictKey = ["library_id", "path"];

export async function deleteFiles(
  scope: LibraryScope,
  paths: readonly string[],
  options: BatchOptions = {},
): Promise<BatchReport> {
  const failures: RowFailure[] = [];
  const onTwin = (index: number, path: string, of: number): void => {
    failures.push(duplicatePath({ index, path }, of));
  };
  return changePaths(scope, paths, { ...options, failures, onTwin }, async (client, places, batch) => {
    const table: TableDescription = { ...tableOf(scope), columns: keyColumns };
    const rows = places.map(({ path }) => [scope.libraryId, path]);
    await bulkDelete(client, table, rows, batch);
    return 0;
  });
}

/** A path that stands twice is marked once, and was as wanted the second time. */
export async function markInactive(
  scope: LibraryScope,
  paths: readonly string[],
  options: BatchOptions = {},
): Promise<BatchReport> {
  let twins = 0;
  const onTwin = (): void => {
    twins += 1;
  };
  return changePaths(scope, paths, { ...options, failures: [], onTwin }, async (client, places, batch) => {
    const table: TableDescription = {
      ...tableOf(scope),
      columns: [...keyColumns, { name: "is_active", type: "bool" }],
    };
    const rows = places.map(({ path }) => [scope.libraryId, path, false]);
    const { unchanged } = await bulkUpdate(client, table, rows, batch);
    return unchanged + twins;
  });
}

const tableOf = ({ tables }: LibraryScope) => ({ schema: tables.schema, name: "file", conflictKey });

interface Place {
  index: number;
  path: string;
}

type Change = (client: PoolClient, places: readonly Place[], options: BulkChangeOptions) => Promise<number>;

interface ChangeOptions extends BatchOptions {
  failures: RowFailure[];
  onTwin: (index: number, path: string, of: number) => void;
}

async function changePaths(
  scope: LibraryScope,
  paths: readonly string[],
  { batchSize, signal, failures, onTwin }: ChangeOptions,
  change: Change,
): Promise<BatchReport> {
  const batchRows = clampBatchSize(batchSize, insertLimits);
  requireSome(paths, "paths");
  const places = placePaths(paths, { failures, onTwin });
  const { unchanged, found } = await transact(scope, { doing: "Changing files", signal }, async (client) => {
    const found: RowFailure[] = [];
    await lockPaths(client, scope, places);
    const unchanged = await change(client, places, {
      batchRows,
      onMissing: (position) => {
        const place = places[position] as Place;
        found.push(notFound(place, place.path));
      },
      onReject: (reject) => {
        found.push(refused(places[reject.position] as Place, reject));
      },
    });
    return { unchanged, found };
  });
  const all = [...failures, ...found].sort(byIndex);
  return {
    read: paths.length,
    changed: paths.length - unchanged - all.length,
    unchanged,
    failures: all,
  };
}

/** Each path once; what cannot be a path that is stored is not there. */
function placePaths(
  paths: readonly string[],
  { failures, onTwin }: Pick<ChangeOptions, "failures" | "onTwin">,
): Place[] {
  const first = new Map<string, Place>();
  for (const [index, path] of paths.entries()) {
    if (!isStorableText(path)) {
      failures.push({
        index,
        path: String(path),
        code: "not_found",
        message: `${path} is no path of a file.`,
      });
      continue;
    }
    const known = first.get(path);
    if (known === undefined) first.set(path, { index, path });
    else onTwin(index, path, known.index);
  }
  return [...first.values()];
}

/** In the order of the ids, as in `lockIds`. */
async function lockPaths(
  client: PoolClient,
  { tables, libraryId }: LibraryScope,
  places: readonly Place[],
): Promise<void> {
  await client.query(
    `select from ${tables.file} where library_id = $1 and path = any($2::text[]) order by id for update`,
    [libraryId, places.map(({ path }) => path)],
  );
}
