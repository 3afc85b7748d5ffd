// Is there a simulation store? If there is none, it is made; then a scenario in it.

import { checkIdentifier, type Database, wrapDatabaseError } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import { checkName } from "./checkUpdate.ts";
import { ensureTables, isSharded, requireTables } from "./ensureTables.ts";
import { SimulationStore } from "./simulationStore.ts";
import { defaultScenario, defaultSchema, type Tables, tablesOf } from "./tables.ts";

export interface OpenStoreOptions {
  /** Where the tables live; default `simulation`. */
  schema?: string;
  /** Which run of a simulation; default `default`. */
  scenario?: string;
  /** Makes the tables and the scenario when they are not there; default true. */
  create?: boolean;
}

/**
 * Opens one scenario of a store. Closing it leaves the database open.
 *
 * @throws CopycatError NOT_FOUND when it is not there and is not to be made, PERMISSION, CONNECTION
 *
 * @example
 * const store = await openSimulationStore(database, { scenario: "flood 1953" });
 * await store.storeUpdate({ dataset: "roads", timestamp: 0, iteration: 0, data: { segments: { id: { data: [1] } } } });
 */
export async function openSimulationStore(
  database: Database,
  { schema = defaultSchema, scenario = defaultScenario, create = true }: OpenStoreOptions = {},
): Promise<SimulationStore> {
  checkIdentifier(schema, "The name of the schema");
  checkName(scenario, "The name of the scenario");
  if (create) await ensureTables(database, schema);
  else await requireTables(database, schema);
  try {
    const scenarioId = await findScenario(database, tablesOf(schema), { scenario, create });
    const tables = tablesOf(schema, (await isSharded(database, schema)) ? scenarioId : null);
    return new SimulationStore(database, { tables, scenarioId, scenario });
  } catch (error) {
    throw wrapDatabaseError(error, `The scenario "${scenario}" cannot be opened`);
  }
}

async function findScenario(
  database: Database,
  tables: Tables,
  { scenario, create }: { scenario: string; create: boolean },
): Promise<number> {
  const find = async (): Promise<number | undefined> => {
    const { rows } = await database.pool.query<{ id: number }>(
      `select id from ${tables.scenario} where name = $1`,
      [scenario],
    );
    return rows[0]?.id;
  };
  const found = await find();
  if (found !== undefined) return found;
  if (!create) {
    throw new CopycatError(
      "NOT_FOUND",
      `There is no scenario "${scenario}" in the schema "${tables.schema}". See copycat simulation list.`,
    );
  }
  await database.pool.query(
    `insert into ${tables.scenario} (name) values ($1) on conflict on constraint scenario_name_unique do nothing`,
    [scenario],
  );
  const made = await find();
  if (made === undefined) throw new CopycatError("INTERNAL", `The scenario "${scenario}" was not made.`);
  return made;
}
