// Is there a library store? If there is none, it is made; then a library in it.

import { checkIdentifier, type Database, wrapDatabaseError } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import { aside, setting, words } from "../../wording.ts";
import { ensureTables, requireTables } from "./ensureTables.ts";
import { Library } from "./library.ts";
import { defaultLibrary, defaultSchema, type Tables, tablesOf } from "./tables.ts";

export interface OpenLibraryOptions {
  /** Where the tables live; default `library`. */
  schema?: string;
  /** Name of the library; default `default`. */
  library?: string;
  /** The folder that its paths are relative to, as `encodePath` writes it. A library that is there keeps its own. */
  root?: string;
  /** Makes the tables and the library when they are not there; default true. */
  create?: boolean;
}

/**
 * Opens one library of a store. Closing it leaves the database open.
 *
 * @throws CopycatError NOT_FOUND when it is not there and is not to be made; USAGE when it has another root; PERMISSION,
 * CONNECTION
 *
 * @example
 * const library = await openLibrary(database, { library: "vinyl", root: "/music/vinyl" });
 */
export async function openLibrary(
  database: Database,
  { schema = defaultSchema, library: name = defaultLibrary, root, create = true }: OpenLibraryOptions = {},
): Promise<Library> {
  checkIdentifier(schema, "The name of the schema");
  checkName(name, "The name of the library");
  if (root !== undefined) checkName(root, "The root of the library");
  const wanted = root === undefined ? null : withoutEnd(root);
  const tables = tablesOf(schema);
  if (create) await ensureTables(database, schema);
  else await requireTables(database, schema);
  try {
    const found = await findLibrary(database, tables, { name, root: wanted, create });
    if (wanted !== null && found.root !== wanted) refuseRoot(name, { has: found.root, wanted });
    return new Library(database, { tables, name, ...found });
  } catch (error) {
    throw wrapDatabaseError(error, `The library "${name}" cannot be opened`);
  }
}

/** "/music/" and "/music" are one folder. */
export function withoutEnd(root: string): string {
  return root.replace(/(?<=.)\/+$/, "");
}

interface LibraryRow {
  id: number;
  root: string | null;
}

async function findLibrary(
  { pool }: Database,
  tables: Tables,
  { name, root, create }: { name: string; root: string | null; create: boolean },
): Promise<LibraryRow> {
  const find = async (): Promise<LibraryRow | undefined> =>
    (await pool.query<LibraryRow>(`select id, root from ${tables.library} where name = $1`, [name])).rows[0];
  const found = await find();
  if (found !== undefined && (found.root !== null || root === null || !create)) return found;
  if (!create) {
    throw new CopycatError(
      "NOT_FOUND",
      `There is no library "${name}" in the schema "${tables.schema}". Scan a folder first: copycat library scan FOLDER.`,
    );
  }
  // A root that nobody has said yet is the first one that somebody says.
  await pool.query(
    `insert into ${tables.library} as l (name, root) values ($1, $2)
      on conflict on constraint library_name_unique do update set root = excluded.root
      where l.root is null and excluded.root is not null`,
    [name, root],
  );
  const made = await find();
  if (made === undefined) throw new CopycatError("INTERNAL", `The library "${name}" was not made.`);
  return made;
}

function refuseRoot(name: string, { has, wanted }: { has: string | null; wanted: string }): never {
  throw new CopycatError(
    "USAGE",
    words(
      `The library "${name}" has the root ${has}, not ${wanted}. Leave the root out, or name another library`,
      aside("library"),
      " for a folder of its own; if the files went there, scan with ",
      setting("setRoot", true),
      ".",
    ),
  );
}

export function checkName(name: unknown, what: string): void {
  if (typeof name !== "string" || name === "" || /\0|\p{Surrogate}/u.test(name)) {
    throw new CopycatError(
      "USAGE",
      `${what} is ${JSON.stringify(name)}; it must be a text that is not empty.`,
    );
  }
}
