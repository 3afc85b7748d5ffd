// How fast a catalog answers: right after a load, and to what users ask, with promoted keys and without, against peers.

import { type Catalogs, withCatalogs } from "../increment/catalogs.ts";
import { loadBase } from "../increment/records.ts";
import { pythonVersions } from "../load/python.ts";
import { describeEnvironment, type Environment } from "../support/environment.ts";
import { settle } from "../support/measure.ts";
import type { BenchDatabase } from "../support/server.ts";
import { quietServerSettings } from "../support/serverSettings.ts";
import { measureAfterLoad } from "./afterLoad.ts";
import { type Plan, parsePlan } from "./plan.ts";
import { reportSearch } from "./report.ts";
import { runRounds, warmUps } from "./rounds.ts";
import { prepareSite, type Site } from "./site.ts";
import type { PeerName, Way } from "./types.ts";

/** What the planner looks at, besides what describeEnvironment tells. */
const plannerSettings = ["effective_cache_size", "jit", "plan_cache_mode", "random_page_cost", "work_mem"];

export async function run(args: string[]): Promise<void> {
  const { server, plan, missing } = await parsePlan(args);
  for (const sentence of missing) console.log(sentence);
  const opened: Way[] = [];
  const options = { ...server, settings: { ...quietServerSettings, ...server.settings } };
  await withCatalogs(options, async (catalogs, bench) => {
    try {
      await runParts(catalogs, bench, { plan, missing, opened });
    } finally {
      for (const way of opened.reverse()) await way.close?.();
    }
  });
}

interface Parts {
  plan: Plan;
  missing: readonly string[];
  opened: Way[];
}

async function runParts(catalogs: Catalogs, bench: BenchDatabase, parts: Parts): Promise<void> {
  const { plan, missing, opened } = parts;
  const environment = await describe(bench, plan.peers);
  const sites: Site[] = [];
  for (const entities of plan.sizes) {
    const catalog = await catalogs.make(`plain_${entities}`);
    const { nodes } = await loadBase(catalog, entities);
    console.log(`${entities} entities: ${nodes.inserted} nodes are in.`);
    if (plan.parts.includes("load")) {
      const { repetitions, folder } = plan;
      const name = `${plan.name}-${entities}`;
      await measureAfterLoad(catalog, { name, folder, entities, repetitions, environment });
    }
    if (!plan.parts.includes("search")) {
      await catalogs.drop(catalog);
      continue;
    }
    const repetitions = warmUps + plan.repetitions;
    sites.push(await prepareSite(catalogs, catalog, { entities, peers: plan.peers, repetitions, opened }));
    console.log(`${entities} entities: all ways are ready.`);
  }
  if (sites.length === 0) return;
  const client = await bench.connect();
  await settle(client);
  await client.end();
  const samples = await runRounds(sites, plan);
  await reportSearch({ plan, sites, samples, environment, missing });
}

async function describe(bench: BenchDatabase, peers: readonly PeerName[]): Promise<Environment> {
  const client = await bench.connect();
  try {
    const environment = await describeEnvironment(client, ["pg", "better-sqlite3"]);
    const { rows } = await client.query<{ name: string; value: string }>(
      "select name, current_setting(name) as value from pg_settings where name = any($1)",
      [plannerSettings],
    );
    for (const { name, value } of rows) environment.settings[name] = value;
    Object.assign(environment.versions, peers.includes("http") ? await pythonVersions() : {});
    return environment;
  } finally {
    await client.end();
  }
}
