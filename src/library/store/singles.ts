// One file at a time. For ten and more, the functions over many.

import type { Column } from "../../bulk/index.ts";
import { wrapDatabaseError } from "../../database/index.ts";
import { CopycatError, errorCode } from "../../errors.ts";
import { makeLibraryFile } from "../record.ts";
import type { LibraryFile, LibraryFileInput } from "../types.ts";
import { uniquePath } from "./failures.ts";
import { columns, type FileRowValues, rowOfFile } from "./fileRow.ts";
import type { LibraryScope } from "./tables.ts";

/** Without the id, which is the sequence's, and the library, in which a row stays. */
const written = columns.filter(({ name }) => name !== "id" && name !== "library_id");

function rowOf(
  { libraryId }: LibraryScope,
  input: LibraryFileInput,
  indexedAt: Date | null,
): { file: LibraryFile; row: FileRowValues } {
  if (input === null || input === undefined) throw new CopycatError("USAGE", "file cannot be null");
  const file = makeLibraryFile(input);
  const row = rowOfFile(file, { id: 0, libraryId, indexedAt });
  return { file, row: row.filter((_, place) => written.includes(columns[place] as Column)) };
}

export async function addFile(scope: LibraryScope, input: LibraryFileInput): Promise<number> {
  const { file, row } = rowOf(scope, input, new Date());
  const { database, tables, libraryId } = scope;
  const text = `
    insert into ${tables.file} (library_id, ${written.map(({ name }) => name).join(", ")})
    values ($${row.length + 1}, ${written.map(({ type }, place) => `$${place + 1}::${type}`).join(", ")}) returning id`;
  try {
    const { rows } = await database.pool.query<{ id: string }>(text, [...parameters(row), libraryId]);
    return Number(rows[0]?.id);
  } catch (error) {
    throw explain(error, file.path);
  }
}

function explain(error: unknown, path: string): unknown {
  const isTaken =
    errorCode(error) === "23505" &&
    typeof error === "object" &&
    error !== null &&
    "constraint" in error &&
    error.constraint === uniquePath;
  if (!isTaken) return wrapDatabaseError(error, `${path} could not be stored`);
  const message = `${path} is in the library already; update it, or leave it out.`;
  return new CopycatError("CONFLICT", message, { cause: error });
}

/** pg writes an array as one of PostgreSQL's, where jsonb is wanted. */
function parameters(row: FileRowValues): unknown[] {
  return row.map((value) => {
    const isJson = typeof value === "object" && value !== null && !(value instanceof Date);
    return isJson ? JSON.stringify(value) : value;
  });
}

export async function updateFile(scope: LibraryScope, input: LibraryFileInput): Promise<boolean> {
  const { file, row } = rowOf(scope, input, null);
  const { id, path } = file;
  if (id === null) {
    throw new CopycatError("INVALID_INPUT", `${path} has no id; add it, or look it up before.`);
  }
  const { database, tables, libraryId } = scope;
  const names = written.map(({ name }) => name);
  // The time at which a file was indexed stays, unless another one is given.
  const values = written.map(({ name, type }, place) =>
    name === "indexed_at" ? `coalesce($${place + 1}::${type}, old.indexed_at)` : `$${place + 1}::${type}`,
  );
  const text = `
    with old as (
      select id, ${names.join(", ")} from ${tables.file}
      where id = $${names.length + 1} and library_id = $${names.length + 2} for update
    ), changed as (
      update ${tables.file} f set (${names.join(", ")}) = row (${values.join(", ")}) from old
      where f.id = old.id and (${names.map((name) => `old.${name}`).join(", ")}) is distinct from (${values.join(", ")})
      returning 1
    )
    select (select count(*) from old)::int as found, (select count(*) from changed)::int as changed`;
  try {
    const { rows } = await database.pool.query<{ found: number; changed: number }>(text, [
      ...parameters(row),
      id,
      libraryId,
    ]);
    if (rows[0]?.found === 1) return rows[0].changed === 1;
  } catch (error) {
    throw explain(error, path);
  }
  throw new CopycatError("NOT_FOUND", `A file with the id ${id} is not in the library.`);
}

export function markFileInactive(scope: LibraryScope, path: string): Promise<boolean> {
  return changes(scope, `update ${scope.tables.file} set is_active = false`, {
    path,
    where: "and is_active",
  });
}

export function deleteFile(scope: LibraryScope, path: string): Promise<boolean> {
  return changes(scope, `delete from ${scope.tables.file}`, { path, where: "" });
}

async function changes(
  { database, libraryId }: LibraryScope,
  statement: string,
  { path, where }: { path: string; where: string },
): Promise<boolean> {
  try {
    const { rows } = await database.pool.query(
      `${statement} where library_id = $1 and path = $2 ${where} returning id`,
      [libraryId, path],
    );
    return rows.length > 0;
  } catch (error) {
    throw wrapDatabaseError(error, `${path} could not be changed`);
  }
}

export async function countFiles(
  { database, tables, libraryId }: LibraryScope,
  { activeOnly = true }: { activeOnly?: boolean },
): Promise<number> {
  try {
    const { rows } = await database.pool.query<{ count: string }>(
      `select count(*) as count from ${tables.file} where library_id = $1 ${activeOnly ? "and is_active" : ""}`,
      [libraryId],
    );
    return Number(rows[0]?.count);
  } catch (error) {
    throw wrapDatabaseError(error, "Counting files failed");
  }
}

export async function fileExists(
  { database, tables, libraryId }: LibraryScope,
  path: string,
): Promise<boolean> {
  try {
    const { rows } = await database.pool.query(
      `select from ${tables.file} where library_id = $1 and path = $2 and is_active`,
      [libraryId, path],
    );
    return rows.length > 0;
  } catch (error) {
    throw wrapDatabaseError(error, `${path} could not be looked up`);
  }
}
