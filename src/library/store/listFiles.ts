// All files, page by page in the order of their paths.

import type { QueryResultRow } from "pg";
import type { LibraryFile } from "../types.ts";
import { ask } from "./ask.ts";
import { type FileRow, fileColumns, fileOfRow } from "./fileRow.ts";
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

const pageRows = { whole: 1000, known: 10_000 };

export async function* listFiles(
  scope: LibraryScope,
  { activeOnly = true }: { activeOnly?: boolean } = {},
): AsyncGenerator<LibraryFile> {
  const where = activeOnly ? "f.is_active" : "true";
  const query = { columns: fileColumns("f"), where, values: [], rows: pageRows.whole };
  for await (const row of pages<FileRow>(scope, query)) yield fileOfRow(row);
}

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
  const query = { columns, where, values, rows: pageRows.known };
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
  rows: number;
}

async function* pages<Row extends QueryResultRow & { path: string }>(
  scope: LibraryScope,
  { columns, where, values, rows: limit }: PageQuery,
): AsyncGenerator<Row> {
  const text = `
    select ${columns} from ${scope.tables.file} f
    where f.library_id = $1 and f.path > $2 and ${where} order by f.path limit ${limit}`;
  for (let after = ""; ; ) {
    const rows = await ask<Row>(scope, {
      text,
      values: [scope.libraryId, after, ...values],
      doing: "Listing files",
    });
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < limit) return;
    after = last.path;
  }
}
