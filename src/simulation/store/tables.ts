// The tables of a store, with their names quoted for SQL.

import { quoteIdentifier } from "../../database/index.ts";

export const defaultSchema = "simulation";
export const defaultScenario = "default";

export type Tables = ReturnType<typeof tablesOf>;

export function tablesOf(schema: string) {
  const name = (table: string): string => quoteIdentifier(schema, table);
  return {
    schema,
    scenario: name("scenario"),
    dataset: name("dataset"),
    group: name("entity_group"),
    attribute: name("attribute"),
    initial: name("initial_dataset"),
    initialChunk: name("initial_chunk"),
    initialArray: name("initial_array"),
    update: name("update"),
    updateArray: name("update_array"),
    sharedArray: name("shared_array"),
    everyArray: name("every_update_array"),
    snapshot: name("snapshot"),
    snapshotArray: name("snapshot_array"),
  };
}
