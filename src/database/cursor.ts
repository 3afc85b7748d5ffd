// Large results in flat memory: a server-side cursor, read in steps.

import type { QueryResultRow } from "pg";
import type { Database } from "./connect.ts";

const fetchRows = 1000;

/**
 * Streams the rows of a query on a connection of its own, in one read-only transaction. Leaving the loop early
 * releases the connection.
 */
export async function* withClientCursor<Result extends QueryResultRow>(
  database: Database,
  text: string,
  values: readonly unknown[],
): AsyncGenerator<Result> {
  const client = await database.pool.connect();
  let isClean = false;
  try {
    await client.query("begin read only");
    await client.query(`declare copycat_rows no scroll cursor for ${text}`, [...values]);
    for (;;) {
      const { rows } = await client.query<Result>(`fetch ${fetchRows} from copycat_rows`);
      yield* rows;
      if (rows.length < fetchRows) break;
    }
    await client.query("commit");
    isClean = true;
  } finally {
    client.release(!isClean);
  }
}
