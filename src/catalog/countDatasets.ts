// How many nodes each dataset has.

import { type Database, withCancel, withTransaction, wrapDatabaseError } from "../database/index.ts";
import { catalogNames } from "./tables.ts";

export interface DatasetCount {
  key: string;
  /** Below it, at any depth. */
  nodes: number;
}

export interface CountOptions {
  /** Schema of the catalog; default: the database's (`catalogSchema`). */
  schema?: string;
  /** So long it may take, and wait for who holds the tables. */
  timeoutMs: number;
  /** Ends it. */
  signal?: AbortSignal;
}

/**
 * All datasets, those with the most nodes first. It reads the closure of each, about a second a million nodes.
 *
 * @throws CopycatError DATABASE when it takes longer than it may, or is ended
 *
 * @example
 * await countDatasets(database, { timeoutMs: 10_000 }); // [{ key: "VDP", nodes: 120 }]
 */
export async function countDatasets(
  database: Database,
  { schema = database.catalogSchema, timeoutMs, signal }: CountOptions,
): Promise<DatasetCount[]> {
  const { nodes, closure } = catalogNames(schema);
  try {
    return await withTransaction(database, async (client) => {
      await client.query("select set_config('statement_timeout', $1, true)", [String(timeoutMs)]);
      const { rows } = await withCancel(database, client, signal, () =>
        client.query<DatasetCount>(`\
select n.key, count(c.descendant)::float8 as nodes
from ${nodes} n left join ${closure} c on c.ancestor = n.id and c.descendant <> n.id
where n.parent = 0
group by n.id
order by nodes desc, n.key`),
      );
      return rows;
    });
  } catch (error) {
    throw wrapDatabaseError(error, "Counting the nodes of the datasets failed");
  }
}
