// Who waits for whom, so that nobody waits in a circle: first the scenario, then its names, then the updates by their keys.

import type { PoolClient } from "pg";
import { describeSessions, listTurnHolders } from "../../database/index.ts";
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
  onNotice?: (message: string) => void,
): Promise<void> {
  const shared = mode === "alone" ? "" : "_shared";
  const key = `copycat simulation load ${tables.schema}`;
  const values = [key, scenarioId];
  if (onNotice !== undefined) {
    const { rows } = await client.query<{ isTaken: boolean }>(
      `select pg_try_advisory_xact_lock${shared}(hashtextextended($1, $2)) as "isTaken"`,
      values,
    );
    if (rows[0]?.isTaken === true) return;
    const who = describeSessions(await listTurnHolders(client, key, scenarioId));
    onNotice(`Another load of this scenario is running${who}; waiting for it to end.`);
  }
  await client.query(`select pg_advisory_xact_lock${shared}(hashtextextended($1, $2))`, values);
}

/** One at a time adds names or learns types. */
export async function lockNames(client: PoolClient, { tables, scenarioId }: DictionaryScope): Promise<void> {
  await client.query("select pg_advisory_xact_lock(hashtextextended($1, $2))", [
    `copycat simulation names ${tables.schema}`,
    scenarioId,
  ]);
}
