// Any number of files into a library, as they come: one transaction, flat memory, under any policy.

import {
  type BeforeCommit,
  type BulkReport,
  bulkLoad,
  type MergePolicy,
  type Records,
  type RefusedRecord,
  type RejectedRow,
} from "../../bulk/index.ts";
import { type Database, withRollback } from "../../database/index.ts";
import type { LibraryFile } from "../types.ts";
import { columns, rowOfFile } from "./fileRow.ts";
import { Growth } from "./growth.ts";
import type { Library } from "./library.ts";

export interface LoadRowsOptions {
  policy: MergePolicy;
  /** Rolls back in the end. */
  dryRun?: boolean;
  maxRejects?: number;
  signal?: AbortSignal | undefined;
  onReject: (reject: RejectedRow) => void | Promise<void>;
  onProgress?: (progress: { phase: string; rows: number; rejected: number; elapsedMs: number }) => void;
  /** Called at the end of the transaction, inside it; not in a dry run. */
  beforeCommit?: BeforeCommit<BulkReport>;
}

/**
 * Adds files, or under `update` renews those whose paths are there. A record that cannot go in is a reject, the others go in.
 *
 * @param files those of one library, whole (`makeLibraryFile`); ids come from the database
 * @throws CopycatError CONFLICT (policy `error`), TOO_MANY_REJECTS, CANCELLED, CONNECTION, DATABASE; nothing was changed then
 */
export async function loadRows(
  library: Pick<Library, "database" | "tables" | "id">,
  files: AsyncIterable<LibraryFile | RefusedRecord>,
  { dryRun = false, ...options }: LoadRowsOptions,
): Promise<BulkReport> {
  const { database, tables, id } = library;
  const table = {
    schema: tables.schema,
    name: "file",
    // The sequence gives ids: those of rows that are there already must stay.
    columns: columns.slice(1),
    conflictKey: ["library_id", "path"],
    touchColumns: ["indexed_at"],
  };
  // The engine takes refused records in the place of rows; its type of records does not say so.
  const rows = rowsOf(files, id) as unknown as Records;
  const load = (target: Parameters<typeof bulkLoad>[0], given: object): Promise<BulkReport> =>
    bulkLoad(target, table, rows, given as Parameters<typeof bulkLoad>[3]);
  if (dryRun) {
    const { beforeCommit: _, ...others } = options;
    return withRollback(database, (client) => load(client, others));
  }
  const report = await load(database, options);
  await grow(database, library, report);
  return report;
}

async function grow(
  database: Database,
  { tables }: Pick<Library, "tables">,
  { inserted }: BulkReport,
): Promise<void> {
  await new Growth(database, tables).add(inserted);
}

async function* rowsOf(
  files: AsyncIterable<LibraryFile | RefusedRecord>,
  libraryId: number,
): AsyncGenerator<readonly unknown[] | RefusedRecord> {
  const indexedAt = new Date();
  for await (const file of files) {
    yield "path" in file ? rowOfFile(file, { id: 0, libraryId, indexedAt }).slice(1) : file;
  }
}
