// What the migrations of the library store are made for.

import { type RawBuilder, sql } from "kysely";

export interface LibraryMigrationOptions {
  /** Where the tables live. */
  schema: string;
}

/** The name of a table, qualified. */
export function tableName(options: LibraryMigrationOptions, table: string): RawBuilder<unknown> {
  return sql.id(options.schema, table);
}
