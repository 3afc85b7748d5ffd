// The load of a whole catalog: copycat against what else there is, each into a fresh catalog on the same server.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { describeEnvironment, type Environment } from "../support/environment.ts";
import { count, oneOf, serverOptions, settings } from "../support/options.ts";
import { describeInMarkdown, resultsFolder, writeResults } from "../support/results.ts";
import { type BenchDatabase, withBenchDatabase } from "../support/server.ts";
import { serverSettings } from "../support/serverSettings.ts";
import { showNumber } from "../support/statistics.ts";
import { drawRates } from "./chart.ts";
import { withSourceFiles } from "./files.ts";
import { countNodes } from "./nodes.ts";
import { pythonVersions } from "./python.ts";
import { type Run, runRounds } from "./rounds.ts";
import { memoryText, phasesTable, ratesTable, summarise } from "./summary.ts";
import { type Way, wayNames } from "./types.ts";
import { availableWays } from "./ways.ts";

interface SizeResult {
  entities: number;
  runs: Run[];
}

interface Results {
  name: string;
  rounds: number;
  locators: boolean;
  environment: Environment;
  ways: readonly Way[];
  missing: readonly string[];
  sizes: readonly SizeResult[];
}

/** @param args after `load` on the command line */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      ...serverOptions,
      entities: { type: "string" },
      peers: { type: "string" },
      locators: { type: "boolean" },
    },
  });
  const sizes = (values.entities ?? "10000").split(",").map((size) => count("entities", size, 1));
  const rounds = count("rounds", values.rounds, 3);
  const locators = values.locators ?? false;
  const peers = (values.peers ?? wayNames.join(",")).split(",").filter((name) => name !== "none");
  const wanted = peers.flatMap((name) => oneOf("peers", name, wayNames) ?? []);
  const { ways, missing } = await availableWays(["ours", ...wanted]);
  for (const sentence of missing) console.log(sentence);

  const options = { ...values, settings: { ...serverSettings, ...settings(values.set) } };
  await withBenchDatabase(options, async (server) => {
    const environment = await describe(server, ways);
    const results = await withSourceFiles(locators, async (files) => {
      // Not counted: the first loads pay for compiling the code, and for the server's first files.
      const warm = ways.filter(({ name }) => name !== "http");
      await runRounds(warm, 1, { server, files, entities: 100, locators });
      const done: SizeResult[] = [];
      for (const entities of sizes) {
        done.push({ entities, runs: await runRounds(ways, rounds, { server, files, entities, locators }) });
      }
      return done;
    });
    const name = values.name ?? "load";
    await report(
      { name, rounds, locators, environment, ways, missing, sizes: results },
      values.out ?? resultsFolder,
    );
  });
}

async function describe(server: BenchDatabase, ways: readonly Way[]): Promise<Environment> {
  const client = await server.connect();
  try {
    const environment = await describeEnvironment(client, ["pg", "better-sqlite3"]);
    const { rows } = await client.query<{ name: string; value: string }>(
      "select name, current_setting(name) as value from pg_settings where name = any($1)",
      [Object.keys(serverSettings)],
    );
    for (const { name, value } of rows) environment.settings[name] = value;
    const usesPython = ways.some(({ name }) => name === "sqlalchemy" || name === "http");
    Object.assign(environment.versions, usesPython ? await pythonVersions() : {});
    return environment;
  } finally {
    await client.end();
  }
}

async function report(results: Results, folder: string): Promise<void> {
  const { name, rounds, locators, environment, ways, missing, sizes } = results;
  const sections = sizes.flatMap(({ entities, runs }) => [
    `## ${showNumber(countNodes(entities))} nodes (${showNumber(entities)} entities with 11 arrays each)`,
    ratesTable(summarise(runs, ways, countNodes(entities))),
    phasesTable(runs, ways),
    memoryText(runs),
  ]);
  const markdown = [
    `# Loading a catalog, ${rounds} rounds`,
    "Median (minimum - maximum). Ratios are of the same round; above 1 is faster than the floor. The clock includes " +
      "ANALYZE; what was stored is checked after every load.",
    ...(locators ? ["Entities hold the locators of their artifacts, as after an ingest."] : []),
    ...sections.filter((text) => text !== ""),
    ...missing,
    describeInMarkdown(environment),
  ].join("\n\n");
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, `${name}.svg`),
    drawRates(
      sizes.flatMap(({ runs }) => runs),
      ways,
    ),
  );
  const summary = sizes.map(({ entities, runs }) => ({
    entities,
    nodes: countNodes(entities),
    ways: summarise(runs, ways, countNodes(entities)),
  }));
  const data = { name, rounds, locators, missing, environment, summary, sizes };
  await writeResults({ folder, name }, data, `${markdown}\n`);
}
