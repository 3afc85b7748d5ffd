// Large results in flat memory: a server-side cursor, read in steps.

import type { QueryResultRow } from "pg";
import type { Database } from "./connect.ts";
import { noteConnectionLoss } from "./connectionLoss.ts";

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
  // Between two steps nothing waits for the server: pg then says of the next one that the client is not queryable.
  let isLost = false;
  const onLoss = (): void => {
    isLost = true;
  };
  client.on("error", onLoss);
  client.on("end", onLoss);
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
  } catch (error) {
    if (isLost) noteConnectionLoss(error);
    throw error;
  } finally {
    client.off("error", onLoss);
    client.off("end", onLoss);
    client.release(!isClean);
  }
}
