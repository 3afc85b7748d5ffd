// Statements that are asked over and over: the server parses and plans them once a connection.

import { createHash } from "node:crypto";
import type pg from "pg";
import { errorCode } from "../errors.ts";
import type { Database } from "./connect.ts";
import { sqlState } from "./sqlstate.ts";

/** Behind poolers that hand a connection from client to client, a statement may be gone, or be there already. */
const refusals: ReadonlySet<string | undefined> = new Set([
  sqlState.undefinedPreparedStatement,
  sqlState.duplicatePreparedStatement,
  // A cached plan whose columns have another type by now.
  sqlState.featureNotSupported,
]);

const refusing = new WeakSet<pg.Pool>();

/**
 * As `pool.query`, prepared where that is possible: after the first time the server takes a millisecond less for a
 * statement of six tables. Only for statements that change nothing, since one may be sent twice.
 */
export async function queryPrepared<Row extends pg.QueryResultRow>(
  { pool }: Pick<Database, "pool">,
  text: string,
  values: unknown[],
): Promise<Row[]> {
  if (!refusing.has(pool)) {
    try {
      return (await pool.query<Row>({ name: statementName(text), text, values })).rows;
    } catch (error) {
      if (!refusals.has(errorCode(error))) throw error;
      refusing.add(pool);
    }
  }
  return (await pool.query<Row>(text, values)).rows;
}

/** The same name is the same statement, whichever client or version of copycat prepared it. */
export function statementName(text: string): string {
  return `copycat_${createHash("sha256").update(text).digest("hex").slice(0, 32)}`;
}
