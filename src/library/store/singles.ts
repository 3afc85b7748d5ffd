// One file at a time. For ten and more, the functions over many.

import { wrapDatabaseError } from "../../database/index.ts";
import { CopycatError, errorCode } from "../../errors.ts";
import { makeLibraryFile } from "../record.ts";
import type { LibraryFileInput } from "../types.ts";
import { uniquePath } from "./failures.ts";
import { columns, type FileRowValues, rowOfFile } from "./fileRow.ts";
import type { LibraryScope } from "./tables.ts";
import { updateFiles } from "./updateFiles.ts";

export async function addFile(scope: LibraryScope, input: LibraryFileInput): Promise<number> {
  if (input === null || input === undefined) throw new CopycatError("USAGE", "file cannot be null");
  const { database, tables, libraryId } = scope;
  const file = makeLibraryFile(input);
  // The id is the sequence's.
  const row = rowOfFile(file, { id: 0, libraryId, indexedAt: new Date() }).slice(1);
  const written = columns.slice(1);
  const text = `
    insert into ${tables.file} (${written.map(({ name }) => name).join(", ")})
    values (${written.map(({ type }, place) => `$${place + 1}::${type}`).join(", ")}) returning id`;
  try {
    const { rows } = await database.pool.query<{ id: string }>(text, parameters(row));
    return Number(rows[0]?.id);
  } catch (error) {
    if (errorCode(error) === "23505" && isOfPath(error)) {
      throw new CopycatError(
        "CONFLICT",
        `${file.path} is in the library already; update it, or leave it out.`,
        {
          cause: error,
        },
      );
    }
    throw wrapDatabaseError(error, `${file.path} could not be added`);
  }
}

function isOfPath(error: unknown): boolean {
  return (
    typeof error === "object" && error !== null && "constraint" in error && error.constraint === uniquePath
  );
}

/** pg writes an array as one of PostgreSQL's, where jsonb is wanted. */
function parameters(row: FileRowValues): unknown[] {
  return row.map((value) => {
    const isJson = typeof value === "object" && value !== null && !(value instanceof Date);
    return isJson ? JSON.stringify(value) : value;
  });
}

export async function updateFile(scope: LibraryScope, input: LibraryFileInput): Promise<boolean> {
  if (input === null || input === undefined) throw new CopycatError("USAGE", "file cannot be null");
  const { changed, failures } = await updateFiles(scope, [input]);
  const failure = failures[0];
  if (failure === undefined) return changed === 1;
  const { code, message } = failure;
  if (code === "not_found") throw new CopycatError("NOT_FOUND", message);
  throw new CopycatError(code === "duplicate_path" ? "CONFLICT" : "INVALID_INPUT", message);
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
