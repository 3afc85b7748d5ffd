// Statements of a search, sent. Without a name, so that each is planned with its values: an index on a key of the
// metadata fits only where the key is known.

import type { QueryResultRow } from "pg";
import { type Database, withClientCursor, wrapDatabaseError } from "../../database/index.ts";
import type { Statement } from "./parameters.ts";

const refused = "PostgreSQL refused the search";

/** @throws CopycatError DATABASE, CONNECTION or PERMISSION */
export async function runSearch<Row extends QueryResultRow>(
  database: Database,
  { text, values }: Statement,
): Promise<Row[]> {
  try {
    return (await database.pool.query<Row>(text, values)).rows;
  } catch (error) {
    throw wrapDatabaseError(error, refused);
  }
}

/** Rows as they come, in flat memory. */
export async function* streamSearch<Row extends QueryResultRow>(
  database: Database,
  { text, values }: Statement,
): AsyncGenerator<Row> {
  try {
    yield* withClientCursor<Row>(database, text, values);
  } catch (error) {
    throw wrapDatabaseError(error, refused);
  }
}
