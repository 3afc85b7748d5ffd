// One file at a time. For ten and more, the functions over many.

import type { PoolClient } from "pg";
import { CopycatError, errorCode, errorMessage } from "../../errors.ts";
import { isStorableText } from "../paths.ts";
import { makeLibraryFile } from "../record.ts";
import type { LibraryFile, LibraryFileInput } from "../types.ts";
import { ask } from "./ask.ts";
import { duplicatePath, noId, notFound, uniquePath } from "./failures.ts";
import { columns, rowOfFile } from "./fileRow.ts";
import { makeRowTexts } from "./rowTexts.ts";
import type { LibraryScope } from "./tables.ts";
import { transact } from "./transact.ts";

/** Without the id, which is the sequence's, and the library, in which a row stays. */
const written = columns.filter(({ name }) => name !== "id" && name !== "library_id");
const writtenPlaces = written.map((column) => columns.indexOf(column));
const textsOf = makeRowTexts(written);

/** As functions over many check it. @throws CopycatError INVALID_INPUT */
function checkFile(
  { libraryId }: LibraryScope,
  input: LibraryFileInput,
  indexedAt: Date | null,
): { file: LibraryFile; row: (string | null)[] } {
  if (input === null || input === undefined) throw new CopycatError("USAGE", "file cannot be null");
  try {
    const file = makeLibraryFile(input);
    const row = rowOfFile(file, { id: 0, libraryId, indexedAt });
    return { file, row: textsOf(writtenPlaces.map((place) => row[place])) };
  } catch (error) {
    if (error instanceof CopycatError) throw error;
    // What JavaScript says of a value of another kind.
    throw new CopycatError("INVALID_INPUT", errorMessage(error), { cause: error });
  }
}

/** Tried again when it fails for a reason that passes; a commit whose outcome nobody knows is not. */
function write<Result>(
  scope: LibraryScope,
  path: string,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  return transact(scope, { doing: `Writing ${path}` }, async (client) => {
    try {
      return await work(client);
    } catch (error) {
      throw isTakenPath(error) ? refusal("CONFLICT", duplicatePath({ index: 0, path }), error) : error;
    }
  });
}

function isTakenPath(error: unknown): boolean {
  return errorCode(error) === "23505" && (error as { constraint?: unknown }).constraint === uniquePath;
}

function refusal(
  code: "CONFLICT" | "INVALID_INPUT" | "NOT_FOUND",
  failure: { code: string; message: string },
  cause?: unknown,
): CopycatError {
  return new CopycatError(code, failure.message, { cause, details: [failure.code] });
}

export async function addFile(scope: LibraryScope, input: LibraryFileInput): Promise<number> {
  const { file, row } = checkFile(scope, input, new Date());
  const { tables, libraryId } = scope;
  const text = `
    insert into ${tables.file} (library_id, ${written.map(({ name }) => name).join(", ")})
    values ($${row.length + 1}, ${written.map(({ type }, place) => `$${place + 1}::${type}`).join(", ")}) returning id`;
  return write(scope, file.path, async (client) => {
    const { rows } = await client.query<{ id: string }>(text, [...row, libraryId]);
    return Number(rows[0]?.id);
  });
}

export async function updateFile(scope: LibraryScope, input: LibraryFileInput): Promise<boolean> {
  const { file, row } = checkFile(scope, input, null);
  const { id, path } = file;
  if (id === null || !Number.isSafeInteger(id)) {
    throw refusal("INVALID_INPUT", noId({ index: 0, path }));
  }
  const { tables, libraryId } = scope;
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
  const counts = await write(scope, path, async (client) => {
    const { rows } = await client.query<{ found: number; changed: number }>(text, [...row, id, libraryId]);
    return rows[0];
  });
  if (counts?.found === 1) return counts.changed === 1;
  throw refusal("NOT_FOUND", notFound({ index: 0, path }, `A file with the id ${id}`));
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
  scope: LibraryScope,
  statement: string,
  { path, where }: { path: string; where: string },
): Promise<boolean> {
  // No file has such a path.
  if (!isStorableText(path)) return false;
  return write(scope, path, async (client) => {
    const { rows } = await client.query(
      `${statement} where library_id = $1 and path = $2 ${where} returning id`,
      [scope.libraryId, path],
    );
    return rows.length > 0;
  });
}

export async function countFiles(
  { database, tables, libraryId }: LibraryScope,
  { activeOnly = true }: { activeOnly?: boolean },
): Promise<number> {
  const rows = await ask<{ count: string }>(
    { database },
    {
      text: `select count(*) as count from ${tables.file} where library_id = $1 ${activeOnly ? "and is_active" : ""}`,
      values: [libraryId],
      doing: "Counting files",
    },
  );
  return Number(rows[0]?.count);
}

export async function fileExists(
  { database, tables, libraryId }: LibraryScope,
  path: string,
): Promise<boolean> {
  if (!isStorableText(path)) return false;
  const rows = await ask(
    { database },
    {
      text: `select from ${tables.file} where library_id = $1 and path = $2 and is_active`,
      values: [libraryId, path],
      doing: `Looking for ${path}`,
    },
  );
  return rows.length > 0;
}
