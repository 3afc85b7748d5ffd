// The tables of a store, with their names quoted for SQL.

import { quoteIdentifier } from "../../database/index.ts";

export const defaultSchema = "simulation";
export const defaultScenario = "default";

const names = {
  scenario: "scenario",
  dataset: "dataset",
  group: "entity_group",
  attribute: "attribute",
  initial: "initial_dataset",
  initialChunk: "initial_chunk",
  initialArray: "initial_array",
  update: "update",
  updateArray: "update_array",
  sharedArray: "shared_array",
  everyArray: "every_update_array",
  snapshot: "snapshot",
  snapshotArray: "snapshot_array",
} as const;

export type TableNames = Record<keyof typeof names, string>;

/** What a statement reads from: to be followed by an alias, since it is a subquery where Citus distributes the store. */
export interface Tables extends TableNames {
  schema: string;
  /** What a statement writes to. */
  into: TableNames;
  /** The scenario that tells the shard; null where the store is on one server. */
  shard: number | null;
}

/**
 * @param shard id of the scenario, where Citus distributes the store by it: then all that is read is of this scenario, and
 * each statement goes to the one worker that has it
 */
export function tablesOf(schema: string, shard: number | null = null): Tables {
  const entries = Object.entries(names).map(([key, table]) => [key, quoteIdentifier(schema, table)]);
  const into = Object.fromEntries(entries) as TableNames;
  if (shard === null) return { schema, ...into, into, shard };
  const readable = entries.map(([key, table]) => {
    // On every worker.
    if (key === "scenario") return [key, table];
    return [key, `(select * from ${table} where scenario_id = ${Number(shard)})`];
  });
  return { schema, ...(Object.fromEntries(readable) as TableNames), into, shard };
}

/** The column that tells the shard, in front of others; nothing where there is none. */
export function shardColumn({ shard }: Pick<Tables, "shard">): string {
  return shard === null ? "" : "scenario_id, ";
}

/** Its value, in front of others. */
export function shardValue({ shard }: Pick<Tables, "shard">): string {
  return shard === null ? "" : `${Number(shard)}, `;
}

/** Of the rows of this scenario alone, after another condition. */
export function andShard({ shard }: Pick<Tables, "shard">, alias?: string): string {
  const column = alias === undefined ? "scenario_id" : `${alias}.scenario_id`;
  return shard === null ? "" : ` and ${column} = ${Number(shard)}`;
}
