// A dataset with enough children for the planner to care, and the plans of prepared statements as Tiled's driver keeps them.

import type { NodeRecord } from "../../../src/catalog/index.ts";
import type { TestDatabase } from "../../support/database.ts";
import { array, container, json } from "../../support/nodes.ts";

/** Ja from 0 to 1; run is a string, tag one of three; words pad the row to the size of a real one. */
export function manyEntities(name: string, entities: number): NodeRecord[] {
  const nodes = [container(`/${name}`, { title: name })];
  for (let index = 0; index < entities; index++) {
    const metadata = {
      Ja: index / entities,
      run: `run_${String(index).padStart(6, "0")}`,
      tag: ["a", "b", "c"][index % 3],
      instrument: { name: `I${index % 50}`, slot: index },
      words: "lorem ipsum dolor sit amet ".repeat(10),
      constant: 1,
      source: name,
      ...(index % 500 === 0 ? { rare: index } : {}),
    };
    const node = container(`/${name}/H_${index}`, metadata);
    nodes.push(index % 400 === 0 ? { ...node, specs: json([{ name: "special" }]) } : node);
  }
  return nodes;
}

export function someArrays(name: string, arrays: number): NodeRecord[] {
  return Array.from({ length: arrays }, (_, index) => array(`/${name}/shared_${index}`));
}

export interface Prepared {
  /** Types of the parameters. */
  types: string;
  text: string;
  /** SQL literals. */
  values: string;
}

/**
 * The plan of the tenth run of a prepared statement, when PostgreSQL has had its chance to take a generic one; with
 * costs and times left out, as text.
 */
export async function planOfTenthRun(
  db: TestDatabase,
  { types, text, values }: Prepared,
  mode: "auto" | "force_custom_plan",
): Promise<string> {
  const client = await db.database.pool.connect();
  try {
    await client.query(`set plan_cache_mode = ${mode}`);
    await client.query(`prepare tiled (${types}) as ${text}`);
    for (let run = 1; run < 10; run++) await client.query(`execute tiled (${values})`);
    const { rows } = await client.query<{ "QUERY PLAN": string }>(
      `explain (costs off) execute tiled (${values})`,
    );
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  } finally {
    client.release(true);
  }
}

/** Indexes of the nodes whose names are ours, by name. */
export async function ownIndexes(db: TestDatabase): Promise<string[]> {
  const rows = await db.rows<{ name: string }>(
    `select relname::text as name from pg_class where relkind = 'i' and relname like 'copycat_key%'
      order by relname collate "C"`,
  );
  return rows.map(({ name }) => name);
}
