// What checks of folders found.

import { wrapDatabaseError } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import { aside, words } from "../../wording.ts";
import { ask } from "./ask.ts";
import type { LibraryScope } from "./tables.ts";
import { transact } from "./transact.ts";

export interface VettingInput {
  /** As `encodePath` writes it. */
  importFolder: string;
  totalFiles: number;
  duplicates: number;
  newFiles: number;
  uncertain: number;
  /** 0 to 1. */
  threshold: number;
}

export interface Vetting extends VettingInput {
  id: number;
  vettedAt: Date;
}

interface VettingRow {
  id: string;
  import_folder: string;
  total_files: string;
  duplicates: string;
  new_files: string;
  uncertain: string;
  threshold: number;
  vetted_at: Date;
}

/**
 * Before a folder is read for minutes: may its numbers be stored?
 *
 * @throws CopycatError PERMISSION with the right that is missing, or that the server takes no writes
 */
export async function requireHistory({
  database,
  tables,
}: Pick<LibraryScope, "database" | "tables">): Promise<void> {
  const [row] = await ask<{ may: boolean; reads: boolean; role: string }>(
    { database },
    {
      text: `select has_table_privilege($1, 'insert') and has_table_privilege($1, 'select') as may,
        current_setting('transaction_read_only') = 'on' as reads, quote_ident(current_user) as role`,
      values: [tables.vetting],
      doing: "Looking whether the history may be written",
    },
  );
  if (row === undefined || (row.may && !row.reads)) return;
  const why = row.reads
    ? "this connection may only read."
    : `this role may not write it: grant select, insert on ${tables.vetting} to ${row.role};`;
  throw new CopycatError(
    "PERMISSION",
    words(
      `The numbers of a vetting go into the library's history, and ${why} Or leave the history out`,
      aside("saveHistory", false),
      "; the folder is sorted in the same way.",
    ),
  );
}

/** In a transaction: what breaks before its commit is tried again, what breaks during the commit may be in and is not. */
export async function saveVetting(
  scope: LibraryScope,
  { importFolder, totalFiles, duplicates, newFiles, uncertain, threshold }: VettingInput,
): Promise<number> {
  const { tables, libraryId } = scope;
  const values = [
    libraryId,
    importFolder,
    totalFiles,
    duplicates,
    newFiles,
    uncertain,
    threshold,
    new Date(),
  ];
  return transact(scope, { doing: `Storing the check of ${importFolder}` }, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `insert into ${tables.vetting}
        (library_id, import_folder, total_files, duplicates, new_files, uncertain, threshold, vetted_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`,
      values,
    );
    return Number(rows[0]?.id);
  });
}

export async function listVettings(
  { database, tables, libraryId }: LibraryScope,
  { limit = 10 }: { limit?: number },
): Promise<Vetting[]> {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > 1000) {
    throw new CopycatError("USAGE", `limit is ${limit}; it must be a whole number from 1 to 1000.`);
  }
  try {
    const { rows } = await database.pool.query<VettingRow>(
      `select id, import_folder, total_files, duplicates, new_files, uncertain, threshold, vetted_at
        from ${tables.vetting} where library_id = $1 order by vetted_at desc, id desc limit $2`,
      [libraryId, limit],
    );
    return rows.map(vettingOf);
  } catch (error) {
    throw wrapDatabaseError(error, "The checks of folders could not be listed");
  }
}

function vettingOf(row: VettingRow): Vetting {
  return {
    id: Number(row.id),
    importFolder: row.import_folder,
    totalFiles: Number(row.total_files),
    duplicates: Number(row.duplicates),
    newFiles: Number(row.new_files),
    uncertain: Number(row.uncertain),
    threshold: row.threshold,
    vettedAt: row.vetted_at,
  };
}
