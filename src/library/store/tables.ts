// The tables of a store, with their names quoted for SQL.

import { type Database, quoteIdentifier } from "../../database/index.ts";
import { describeFileTable } from "./fileRow.ts";
import type { Growth } from "./growth.ts";
import type { IdSupply } from "./idSupply.ts";

export const defaultSchema = "library";
export const defaultLibrary = "default";

export type Tables = ReturnType<typeof tablesOf>;

export function tablesOf(schema: string) {
  const name = (table: string): string => quoteIdentifier(schema, table);
  return {
    schema,
    library: name("library"),
    file: name("file"),
    stats: name("library_stats"),
    vetting: name("vetting"),
    fileTable: describeFileTable(schema),
  };
}

/** One library of a store. */
export interface LibraryScope {
  database: Database;
  tables: Tables;
  libraryId: number;
}

/** Of a library that was opened. */
export function scopeOf(library: Pick<LibraryScope, "database" | "tables"> & { id: number }): LibraryScope {
  return { database: library.database, tables: library.tables, libraryId: library.id };
}

/** One that rows are added to. */
export interface GrowingScope extends LibraryScope {
  growth: Growth;
  ids: IdSupply;
}
