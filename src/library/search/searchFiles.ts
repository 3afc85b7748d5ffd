// Finding files by their tags, in order of artist, album, track.

import { wrapDatabaseError } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import { type FileRow, fileColumns, type Library } from "../store/index.ts";
import { makeFileReader } from "../store/origin.ts";
import { scopeOf } from "../store/tables.ts";
import type { LibraryFile } from "../types.ts";
import { conditionOf, type FileQuery } from "./condition.ts";

export interface SearchFilesOptions extends FileQuery {
  /** At most so many, 1 to 10000; default 100. */
  limit?: number;
}

export interface FoundFiles {
  /** All that match, whether they are on the page or not. */
  count: number;
  files: LibraryFile[];
}

const mostFiles = 10_000;

/**
 * Finds files by words and tags.
 *
 * @throws CopycatError USAGE, DATABASE
 *
 * @example
 * const { count, files } = await searchFiles(library, { artist: "ada reed", tags: [["genre", "Jazz"]] });
 */
export async function searchFiles(library: Library, options: SearchFilesOptions = {}): Promise<FoundFiles> {
  const { limit = 100 } = options;
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > mostFiles) {
    throw new CopycatError(
      "USAGE",
      `The limit is ${limit}; it must be a whole number from 1 to ${mostFiles}.`,
    );
  }
  const { text, values } = conditionOf(options);
  const from = `from ${library.tables.file} f where ${text}`;
  try {
    const { pool } = library.database;
    const counted = await pool.query<{ count: string }>(`select count(*) as count ${from}`, [
      library.id,
      ...values,
    ]);
    const found = await pool.query<FileRow>(
      `select ${fileColumns("f")} ${from}
       order by lower(f.artist), lower(f.album), f.disc_no, f.track_no, f.path limit $${values.length + 2}`,
      [library.id, ...values, limit],
    );
    return {
      count: Number(counted.rows[0]?.count ?? 0),
      files: found.rows.map(makeFileReader(scopeOf(library))),
    };
  } catch (error) {
    throw wrapDatabaseError(error, `The library "${library.name}" cannot be searched`);
  }
}
