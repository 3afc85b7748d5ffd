// The same data sets into a plain PostgreSQL and into a distributed schema of a Citus cluster, in turn.

import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Database, ensureCatalog, ingestAll, openDatabase, verifyCatalog } from "../../src/index.ts";
import { nodesOf, writeDatasets } from "../servers/datasets.ts";
import { describeEnvironment } from "../support/environment.ts";
import { count } from "../support/options.ts";
import { describeInMarkdown, markdownTable, resultsFolder, writeResults } from "../support/results.ts";
import { rotate, showNumber, showSpread, spreadOf } from "../support/statistics.ts";
import { fillStores, type StorePlan, type StoreWay, storeWays } from "./stores.ts";

const engines = ["plain", "citus"] as const;
type EngineName = (typeof engines)[number];

/** Into an empty catalog, indexes last; then one after another into one that is there. */
const ways = ["the first, offline", "the others, online"] as const;
type Way = (typeof ways)[number];

interface Run {
  round: number;
  engine: EngineName;
  way: Way | StoreWay;
  /** Nodes, entries or updates. */
  rows: number;
  elapsedMs: number;
}

/** @param args after `citus` on the command line */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      plain: { type: "string" },
      citus: { type: "string" },
      rounds: { type: "string" },
      datasets: { type: "string" },
      entities: { type: "string" },
      entries: { type: "string" },
      updates: { type: "string" },
      name: { type: "string" },
      out: { type: "string" },
    },
  });
  const { plain, citus } = values;
  if (plain === undefined || citus === undefined) {
    throw new Error(
      "--plain and --citus are connection strings to servers with the same settings: test/citus/cluster.sh start and plain make them.",
    );
  }
  const rounds = count("rounds", values.rounds, 3);
  const plan = {
    datasets: count("datasets", values.datasets, 4),
    entities: count("entities", values.entities, 2000),
    entries: count("entries", values.entries, 20_000),
    updates: count("updates", values.updates, 10_000),
  };
  const dsns: Record<EngineName, string> = { plain, citus };
  const folder = await mkdtemp(join(tmpdir(), "copycat-bench-"));
  try {
    const files = await writeDatasets(folder, plan);
    const runs: Run[] = [];
    for (let round = 0; round <= rounds; round++) {
      const closures: number[] = [];
      for (const engine of rotate(engines, round)) {
        const poured = await pour(dsns[engine], engine, files);
        closures.push(poured.closure);
        for (const [index, elapsedMs] of poured.elapsedMs.entries()) {
          const nodes = index === 0 ? nodesOf(plan) : (plan.datasets - 1) * nodesOf(plan);
          console.error(
            `round ${round}, ${engine}, ${ways[index]}: ${Math.round((nodes * 1000) / elapsedMs)} nodes/s`,
          );
          // The first round pays for code that is compiled.
          if (round > 0) runs.push({ round, engine, way: ways[index] as Way, rows: nodes, elapsedMs });
        }
        for (const timed of await fillStores(dsns[engine], plan)) {
          const rate = Math.round((timed.rows * 1000) / timed.elapsedMs);
          console.error(`round ${round}, ${engine}, ${timed.way}: ${rate}/s`);
          if (round > 0) runs.push({ round, engine, ...timed });
        }
      }
      if (new Set(closures).size > 1) throw new Error(`The closures differ: ${closures.join(", ")} rows.`);
    }
    const database = await openDatabase({ dsn: citus });
    const client = await database.pool.connect();
    const environment = await describeEnvironment(client as never, ["pg"]);
    client.release();
    await database.close();
    if (database.engine.kind === "citus") environment.versions.citus = database.engine.version;
    const name = values.name ?? "citus";
    await writeResults(
      { folder: values.out ?? resultsFolder, name },
      { name, plan, rounds, environment, runs },
      `${[describe(plan, rounds, runs), describeInMarkdown(environment)].join("\n\n")}\n`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Poured {
  /** As `ways`. */
  elapsedMs: [number, number];
  closure: number;
}

/** Into a schema of its own, verified, which goes afterwards. */
async function pour(dsn: string, engine: EngineName, files: readonly string[]): Promise<Poured> {
  const schema = `bench_${randomBytes(4).toString("hex")}`;
  const database = await openDatabase({ dsn, catalogSchema: schema });
  try {
    if (database.engine.kind !== (engine === "citus" ? "citus" : "postgresql")) {
      throw new Error(`--${engine} is ${database.engine.kind}.`);
    }
    await ensureCatalog(database);
    const [first = "", ...others] = files;
    const elapsedMs: [number, number] = [
      await time(() => ingestOne(database, first)),
      await time(async () => {
        for (const file of others) await ingestOne(database, file);
      }),
    ];
    if (!(await verifyCatalog(database)).ok) throw new Error(`The catalog on ${engine} is not sound.`);
    const { rows } = await database.pool.query<{ closure: number }>(
      `select count(*)::int as closure from ${schema}.nodes_closure`,
    );
    return { elapsedMs, closure: rows[0]?.closure ?? 0 };
  } finally {
    await database.pool.query(`drop schema if exists ${schema} cascade`);
    await database.close();
  }
}

async function ingestOne(database: Database, file: string): Promise<void> {
  for (const { error } of await ingestAll(database, { inputs: [file] })) if (error !== null) throw error;
}

async function time(work: () => Promise<void>): Promise<number> {
  globalThis.gc?.();
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function describe(
  plan: { datasets: number; entities: number } & StorePlan,
  rounds: number,
  runs: readonly Run[],
): string {
  const rates = (engine: EngineName, way: Way | StoreWay): number[] =>
    runs
      .filter((one) => one.engine === engine && one.way === way)
      .map(({ rows, elapsedMs }) => (rows * 1000) / elapsedMs);
  const ratios = (way: Way | StoreWay): number[] => {
    const base = rates("plain", way);
    return rates("citus", way).map((rate, index) => rate / (base[index] ?? Number.NaN));
  };
  const tableOf = (what: string, unit: string, rowsOf: readonly (Way | StoreWay)[]): string =>
    markdownTable(
      [what, `plain, ${unit}`, `Citus, ${unit}`, "ratio"],
      rowsOf.map((way) => [
        way,
        showSpread(spreadOf(rates("plain", way))),
        showSpread(spreadOf(rates("citus", way))),
        showSpread(spreadOf(ratios(way)), 2),
      ]),
    );
  return [
    `# Citus, ${rounds} rounds`,
    `${plan.datasets} datasets of ${showNumber(nodesOf(plan))} nodes each, as node records (NDJSON), a transaction each: the first into an empty ` +
      "catalog, the others one after another into the same. On a plain PostgreSQL, and in a distributed schema of a Citus cluster (a coordinator and its " +
      "workers on this machine), with the same settings, in turn in one run. Each catalog is verified, and the closures have equally many rows.",
    tableOf("data sets", "nodes/s", ways),
    `Memory: ${showNumber(plan.entries)} entries with \`real[]\` of 384 in 64 namespaces, distributed by namespace. Simulation: ` +
      `${showNumber(plan.updates)} updates of 100 entities with three floats each, distributed by scenario.`,
    tableOf("stores", "rows/s", storeWays),
  ].join("\n\n");
}
