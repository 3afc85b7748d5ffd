// Where a file was read from: ids are those of one store, and another one has them as well.

import type { LibraryFile } from "../types.ts";
import { type FileRow, fileOfRow } from "./fileRow.ts";
import type { LibraryScope } from "./tables.ts";

/** Beside the files, which stay what they are. */
const origins = new WeakMap<LibraryFile, string>();

/** Makes the function that turns rows of a library into files, and remembers whose they are. */
export function makeFileReader(scope: LibraryScope): (row: FileRow) => LibraryFile {
  const origin = originOf(scope);
  return (row) => {
    const file = fileOfRow(row);
    origins.set(file, origin);
    return file;
  };
}

/** False for a file that is known to come from another library or store; a copy of a record says nothing of that. */
export function mayComeFrom(scope: LibraryScope, file: LibraryFile): boolean {
  const known = origins.get(file);
  return known === undefined || known === originOf(scope);
}

/** Server, database, schema and library, whoever asks: roles see the same rows. */
function originOf({ database: { name }, tables, libraryId }: LibraryScope): string {
  return JSON.stringify([...placeOf(name), tables.schema, libraryId]);
}

/** Not every connection string is a URL, as that of a socket without a host. */
function placeOf(name: string): (string | null)[] {
  if (!URL.canParse(name)) return [name];
  const { host, pathname, searchParams } = new URL(name);
  return [host, searchParams.get("host"), pathname];
}
