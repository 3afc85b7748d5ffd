// The libraries of a store.

import { type Database, wrapDatabaseError } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import { hasTables, requireTables } from "./ensureTables.ts";
import { checkName, withoutEnd } from "./openLibrary.ts";
import { defaultLibrary, defaultSchema, tablesOf } from "./tables.ts";

export interface LibraryFacts {
  id: number;
  name: string;
  /** As `encodePath` writes it; null while nobody has said it. */
  root: string | null;
  createdAt: Date;
  lastScannedAt: Date | null;
  /** Active files. */
  files: number;
  /** Bytes of the active files. */
  bytes: number;
}

/** In the order of their names; none where there is no store. */
export async function listLibraries(
  database: Database,
  { schema = defaultSchema }: { schema?: string } = {},
): Promise<LibraryFacts[]> {
  if (!(await hasTables(database, schema))) return [];
  const tables = tablesOf(schema);
  try {
    const { rows } = await database.pool.query<{
      id: number;
      name: string;
      root: string | null;
      created_at: Date;
      last_scanned_at: Date | null;
      files: string;
      bytes: string;
    }>(
      `select l.id, l.name, l.root, l.created_at, l.last_scanned_at, count(f.id) as files, coalesce(sum(f.size), 0) as bytes
        from ${tables.library} l left join ${tables.file} f on f.library_id = l.id and f.is_active
        group by l.id order by l.name`,
    );
    return rows.map(({ id, name, root, created_at, last_scanned_at, files, bytes }) => ({
      id,
      name,
      root,
      createdAt: created_at,
      lastScannedAt: last_scanned_at,
      files: Number(files),
      bytes: Number(bytes),
    }));
  } catch (error) {
    throw wrapDatabaseError(error, "The libraries could not be listed");
  }
}

interface LibraryName {
  schema?: string;
  library?: string;
}

/**
 * Says where a library's files are now: the folder was moved or is mounted elsewhere. Nothing else changes.
 *
 * @throws CopycatError NOT_FOUND
 */
export async function setLibraryRoot(
  database: Database,
  { schema = defaultSchema, library = defaultLibrary, root }: LibraryName & { root: string },
): Promise<void> {
  checkName(root, "The root of the library");
  await changeLibrary(database, schema, {
    library,
    text: "update {library} set root = $2 where name = $1 returning id",
    values: [withoutEnd(root)],
  });
}

/** With all that is known of its files; the files stay. @throws CopycatError NOT_FOUND */
export async function deleteLibrary(
  database: Database,
  { schema = defaultSchema, library = defaultLibrary }: LibraryName = {},
): Promise<void> {
  await changeLibrary(database, schema, {
    library,
    text: "delete from {library} where name = $1 returning id",
    values: [],
  });
}

async function changeLibrary(
  database: Database,
  schema: string,
  { library, text, values }: { library: string; text: string; values: readonly string[] },
): Promise<void> {
  await requireTables(database, schema);
  let found: number;
  try {
    const statement = text.replace("{library}", () => tablesOf(schema).library);
    found = (await database.pool.query(statement, [library, ...values])).rows.length;
  } catch (error) {
    throw wrapDatabaseError(error, `The library "${library}" could not be changed`);
  }
  if (found === 0) {
    throw new CopycatError("NOT_FOUND", `There is no library "${library}" in the schema "${schema}".`);
  }
}
