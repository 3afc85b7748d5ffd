// What checks of folders found.

import { wrapDatabaseError } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import type { LibraryScope } from "./tables.ts";

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

export async function saveVetting(
  { database, tables, libraryId }: LibraryScope,
  { importFolder, totalFiles, duplicates, newFiles, uncertain, threshold }: VettingInput,
): Promise<number> {
  try {
    const { rows } = await database.pool.query<{ id: string }>(
      `insert into ${tables.vetting}
        (library_id, import_folder, total_files, duplicates, new_files, uncertain, threshold, vetted_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`,
      [libraryId, importFolder, totalFiles, duplicates, newFiles, uncertain, threshold, new Date()],
    );
    return Number(rows[0]?.id);
  } catch (error) {
    throw wrapDatabaseError(error, `The check of ${importFolder} could not be stored`);
  }
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
