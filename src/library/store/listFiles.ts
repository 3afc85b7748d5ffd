// All files in the order of their paths.

import type { QueryResultRow } from "pg";
import { withClientCursor, wrapDatabaseError } from "../../database/index.ts";
import type { LibraryFile } from "../types.ts";
import { ask } from "./ask.ts";
import { type FileRow, fileColumns } from "./fileRow.ts";
import { makeFileReader } from "./origin.ts";
import type { LibraryScope } from "./tables.ts";

/** What a scan compares with the disk. */
export interface KnownFile {
  id: number;
  path: string;
  /** Bytes. */
  size: number;
  /** Nanoseconds since 1970. */
  mtimeNs: bigint | null;
  /** "device:inode". */
  inode: string | null;
  state: LibraryFile["state"];
  isActive: boolean;
  kind: LibraryFile["kind"];
  /** Whether the hash of all its bytes is stored. */
  hasFullHash: boolean;
}

/** By one cursor, which sees the library as it was at its beginning: a file that moves meanwhile comes once. */
export async function* listFiles(
  scope: LibraryScope,
  { activeOnly = true }: { activeOnly?: boolean } = {},
): AsyncGenerator<LibraryFile> {
  const { database, tables, libraryId } = scope;
  const read = makeFileReader(scope);
  const text = `
    select ${fileColumns("f")} from ${tables.file} f
    where f.library_id = $1 ${activeOnly ? "and f.is_active" : ""} order by f.path`;
  try {
    for await (const row of withClientCursor<FileRow>(database, text, [libraryId])) yield read(row);
  } catch (error) {
    throw wrapDatabaseError(error, "Listing files failed");
  }
}

const pageRows = 10_000;

type KnownRow = Pick<
  FileRow,
  "id" | "path" | "size" | "mtime_ns" | "inode" | "state" | "is_active" | "kind"
> & {
  has_full_hash: boolean;
};

export async function* listKnown(scope: LibraryScope, prefix: string): AsyncGenerator<KnownFile> {
  const columns =
    "f.id, f.path, f.size, f.mtime_ns, f.inode, f.state, f.is_active, f.kind, f.full_hash is not null as has_full_hash";
  // In the order of bytes the files of a folder are those from "folder/" up to "folder0", the character after the slash.
  const where = prefix === "" ? "true" : "f.path >= $3 and f.path < $4";
  const values = prefix === "" ? [] : [`${prefix}/`, `${prefix}0`];
  const query = { columns, where, values };
  for await (const row of pages<KnownRow>(scope, query)) {
    yield {
      id: Number(row.id),
      path: row.path,
      size: Number(row.size),
      mtimeNs: row.mtime_ns === null ? null : BigInt(row.mtime_ns),
      inode: row.inode,
      state: row.state,
      isActive: row.is_active,
      kind: row.kind,
      hasFullHash: row.has_full_hash,
    };
  }
}

interface PageQuery {
  columns: string;
  where: string;
  values: readonly string[];
}

/** For scans, which take long and lock others out: nothing is held open between the pages. */

async function* pages<Row extends QueryResultRow & { path: string }>(
  scope: LibraryScope,
  { columns, where, values }: PageQuery,
): AsyncGenerator<Row> {
  const text = `
    select ${columns} from ${scope.tables.file} f
    where f.library_id = $1 and f.path > $2 and ${where} order by f.path limit ${pageRows}`;
  for (let after = ""; ; ) {
    const rows = await ask<Row>(scope, {
      text,
      values: [scope.libraryId, after, ...values],
      doing: "Listing files",
    });
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageRows) return;
    after = last.path;
  }
}
