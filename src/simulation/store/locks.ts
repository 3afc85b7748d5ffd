// Who waits for whom, so that nobody waits in a circle: first the scenario, then its names, then the updates by their keys.

import type { PoolClient } from "pg";
import type { DictionaryScope } from "./dictionary.ts";

/**
 * A load in one transaction has the scenario for itself until it commits, since its keys come in any order: two such loads of
 * the same updates would deadlock. What commits batch by batch shares it, and sends its keys in order. An update whose names
 * are known needs neither: it holds one key and waits for nothing.
 */
export async function lockScenario(
  client: PoolClient,
  { tables, scenarioId }: DictionaryScope,
  mode: "alone" | "shared",
): Promise<void> {
  const lock = mode === "alone" ? "pg_advisory_xact_lock" : "pg_advisory_xact_lock_shared";
  await client.query(`select ${lock}(hashtextextended($1, $2))`, [
    `copycat simulation load ${tables.schema}`,
    scenarioId,
  ]);
}

/** One at a time adds names or learns types. */
export async function lockNames(client: PoolClient, { tables, scenarioId }: DictionaryScope): Promise<void> {
  await client.query("select pg_advisory_xact_lock(hashtextextended($1, $2))", [
    `copycat simulation names ${tables.schema}`,
    scenarioId,
  ]);
}
