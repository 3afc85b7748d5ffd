// New nodes into a catalog that is in use: by which way, at what price for its readers and writers, and whether the size
// of the catalog matters.

import { parseArgs } from "node:util";
import { verifyCatalog } from "../../src/index.ts";
import { describeEnvironment } from "../support/environment.ts";
import { count, oneOf, serverOptions, settings } from "../support/options.ts";
import { describeInMarkdown, resultsFolder, writeResults } from "../support/results.ts";
import { quietServerSettings } from "../support/serverSettings.ts";
import { showNumber } from "../support/statistics.ts";
import { type Catalog, type Catalogs, withCatalogs } from "./catalogs.ts";
import { type GrowthResult, measureGrowth } from "./growth.ts";
import { measureReaders, type Waits } from "./readers.ts";
import { Increments, loadBase, nodesPerEntity } from "./records.ts";
import { type Round, runRounds } from "./rounds.ts";
import { growthTable, readersTable, summariseRounds, waysTable, writersTable } from "./summary.ts";
import { type WayName, wayNames } from "./ways.ts";
import { measureWriters, type WriterResult } from "./writers.ts";

const partNames = ["ways", "readers", "writers", "growth"] as const;

interface Plan {
  base: number;
  entities: number;
  rounds: number;
  parts: readonly (typeof partNames)[number][];
  names: readonly WayName[];
  nodes: number;
  seconds: number;
}

interface Outcome {
  rounds: Round[];
  readers: Waits[];
  writers: WriterResult[];
  growth: GrowthResult[];
}

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      ...serverOptions,
      base: { type: "string" },
      entities: { type: "string" },
      parts: { type: "string" },
      ways: { type: "string" },
      /** What the writer registers. */
      nodes: { type: "string" },
      /** How long readers are looked at while nothing is loaded. */
      seconds: { type: "string" },
    },
  });
  const plan: Plan = {
    base: count("base", values.base, 100_000),
    entities: count("entities", values.entities, 1000),
    rounds: count("rounds", values.rounds, 5),
    parts: list("parts", values.parts, partNames),
    names: list("ways", values.ways, wayNames),
    nodes: count("nodes", values.nodes, 1000),
    seconds: count("seconds", values.seconds, 10),
  };
  const server = {
    dsn: values.dsn,
    server: values.server,
    settings: { ...quietServerSettings, ...settings(values.set) },
  };
  await withCatalogs(server, async (catalogs, bench) => {
    const client = await bench.connect();
    const environment = await describeEnvironment(client, ["pg", "pg-copy-streams"]);
    await client.end();
    const outcome = await runPlan(catalogs, plan);
    const summary = summariseRounds(outcome.rounds, plan.entities * nodesPerEntity);
    const name = values.name ?? `increment-${plan.base * nodesPerEntity}`;
    const markdown = [...describe(plan, outcome, summary), describeInMarkdown(environment)].join("\n\n");
    const results = { name, plan, environment, summary, ...outcome };
    await writeResults({ folder: values.out ?? resultsFolder, name }, results, `${markdown}\n`);
  });
}

function list<Word extends string>(
  name: string,
  text: string | undefined,
  words: readonly Word[],
): readonly Word[] {
  return text === undefined ? words : text.split(",").flatMap((word) => oneOf(name, word, words) ?? []);
}

async function runPlan(catalogs: Catalogs, plan: Plan): Promise<Outcome> {
  const { parts, names, rounds } = plan;
  const has = (part: (typeof partNames)[number]): boolean => parts.includes(part);
  const outcome: Outcome = { rounds: [], readers: [], writers: [], growth: [] };
  const base = await makeBase(catalogs, "base", plan.base);
  const increments = new Increments(plan.base, plan.entities);
  // First, while the base is as it was made.
  if (has("growth")) outcome.growth = await runGrowth(catalogs, base, increments, plan);
  if (has("ways")) {
    const swapped = names.includes("swapped") ? await catalogs.copy("swapped", base) : base;
    outcome.rounds = await runRounds({ names, rounds, increments, catalogs, targets: { base, swapped } });
    if (swapped !== base) await proveAndDrop(catalogs, swapped);
  }
  if (has("readers")) {
    outcome.readers = await measureReaders(base, increments, { loads: rounds, seconds: plan.seconds });
  }
  if (has("writers"))
    outcome.writers = await measureWriters(base, increments, { nodes: plan.nodes, loads: 3 });
  await proveAndDrop(catalogs, base);
  return outcome;
}

async function runGrowth(
  catalogs: Catalogs,
  base: Catalog,
  increments: Increments,
  plan: Plan,
): Promise<GrowthResult[]> {
  const smaller: Catalog[] = [];
  for (const part of [100, 10]) {
    const entities = Math.max(1, Math.round(plan.base / part));
    smaller.push(await makeBase(catalogs, `base_${entities}`, entities));
  }
  const results = await measureGrowth([...smaller, base], increments, { catalogs, rounds: plan.rounds });
  for (const catalog of smaller) await proveAndDrop(catalogs, catalog);
  return results;
}

async function makeBase(catalogs: Catalogs, label: string, entities: number): Promise<Catalog> {
  const catalog = await catalogs.make(label);
  const start = performance.now();
  const { nodes } = await loadBase(catalog, entities);
  console.log(`${label}: ${nodes.inserted} nodes in ${Math.round((performance.now() - start) / 1000)} s`);
  return catalog;
}

/** Whatever was measured stored what it should: the closure is exact, the triggers are on. */
async function proveAndDrop(catalogs: Catalogs, catalog: Catalog): Promise<void> {
  const { ok, checks, nodes } = await verifyCatalog(catalog.database);
  const failed = checks.filter((check) => !check.ok).map(({ name, detail }) => `${name}: ${detail}`);
  if (!ok) throw new Error(`${catalog.name} (${nodes} nodes) is not sound: ${failed.join("; ")}`);
  console.log(`${catalog.name}: ${nodes} nodes, verified`);
  await catalogs.drop(catalog);
}

function describe(
  { base, entities, rounds }: Plan,
  outcome: Outcome,
  summary: ReturnType<typeof summariseRounds>,
): string[] {
  const [before, fresh] = [base, entities].map((number) => showNumber(number * nodesPerEntity));
  const parts = [
    `# ${fresh} new nodes into ${before}, ${rounds} rounds`,
    "Median (minimum - maximum). Ratios are of the same round; every catalog was verified afterwards.",
    "Aims: online less than twice as long as into an empty catalog; no reader waits 100 ms longer than when nothing is " +
      "loaded; no writer fails; as fast into a large catalog as into a small one.",
  ];
  if (summary.length > 0) parts.push("## Ways", waysTable(summary));
  if (outcome.readers.length > 0) parts.push("## A reader meanwhile", readersTable(outcome.readers));
  if (outcome.writers.length > 0) parts.push("## A writer meanwhile", writersTable(outcome.writers));
  if (outcome.growth.length > 0) parts.push("## Catalogs of different sizes", growthTable(outcome.growth));
  return parts;
}
