// Questions that change nothing: asked again when the server is busy or gone for a moment.

import type { QueryResultRow } from "pg";
import { withRetry, wrapDatabaseError } from "../../database/index.ts";
import type { LibraryScope } from "./tables.ts";

/** @throws CopycatError DATABASE, CONNECTION, PERMISSION; never an answer that is not the server's */
export async function ask<Row extends QueryResultRow>(
  { database }: Pick<LibraryScope, "database">,
  { text, values, doing }: { text: string; values: readonly unknown[]; doing: string },
): Promise<Row[]> {
  try {
    return await withRetry(async () => (await database.pool.query<Row>(text, [...values])).rows);
  } catch (error) {
    throw wrapDatabaseError(error, `${doing} failed`);
  }
}
