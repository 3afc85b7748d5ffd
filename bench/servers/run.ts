// The same data sets into one server, one after another, and into several side by side.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureCatalog, ingestAll, ingestTargets, openDatabase, readTargets } from "../../src/index.ts";
import { describeEnvironment } from "../support/environment.ts";
import { checkpoint } from "../support/measure.ts";
import { count, serverOptions, settings } from "../support/options.ts";
import { describeInMarkdown, markdownTable, resultsFolder, writeResults } from "../support/results.ts";
import { type BenchDatabase, withBenchDatabase } from "../support/server.ts";
import { serverSettings } from "../support/serverSettings.ts";
import { rotate, showNumber, showSpread, spreadOf } from "../support/statistics.ts";
import { arraysPerEntity, nodesOf, writeDatasets } from "./datasets.ts";

const wayNames = ["one server, one after another", "several servers, side by side"] as const;
type WayName = (typeof wayNames)[number];

interface Run extends Poured {
  round: number;
  way: WayName;
  nodes: number;
}

interface Poured {
  elapsedMs: number;
  /** Of all catalogs together, without what an empty one takes. */
  storedBytes: number;
}

/** @param args after `servers` on the command line */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      ...serverOptions,
      servers: { type: "string" },
      datasets: { type: "string" },
      entities: { type: "string" },
    },
  });
  const rounds = count("rounds", values.rounds, 5);
  const plan = {
    servers: count("servers", values.servers, 3),
    datasets: count("datasets", values.datasets, 6),
    entities: count("entities", values.entities, 2000),
  };
  const server = {
    server: values.server,
    settings: { ...serverSettings, shared_buffers: "1GB", ...settings(values.set) },
  };
  const folder = await mkdtemp(join(tmpdir(), "copycat-bench-"));
  try {
    const files = await writeDatasets(folder, plan);
    await withServers(plan.servers, server, [], async (servers) => {
      const first = servers[0] as BenchDatabase;
      const client = await first.connect();
      const environment = await describeEnvironment(client, ["pg"]);
      await client.end();
      const runs: Run[] = [];
      for (let round = 0; round <= rounds; round++) {
        for (const way of rotate(wayNames, round)) {
          const poured = await runWay(way, { servers, files, folder, plan, name: `round_${round}` });
          const nodes = plan.datasets * nodesOf(plan);
          console.error(`round ${round}, ${way}: ${Math.round((nodes * 1000) / poured.elapsedMs)} nodes/s`);
          // The first round pays for code that is compiled.
          if (round > 0) runs.push({ round, way, nodes, ...poured });
        }
      }
      const name = values.name ?? "servers";
      const markdown = [describe(plan, rounds, runs), describeInMarkdown(environment)].join("\n\n");
      await writeResults(
        { folder: values.out ?? resultsFolder, name },
        { name, plan, rounds, environment, runs },
        `${markdown}\n`,
      );
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Plan {
  servers: number;
  datasets: number;
  entities: number;
}

/** Each a process of its own with an empty database, which all go afterwards. */
async function withServers<Result>(
  left: number,
  server: Parameters<typeof withBenchDatabase>[0],
  found: readonly BenchDatabase[],
  work: (servers: readonly BenchDatabase[]) => Promise<Result>,
): Promise<Result> {
  if (left === 0) return work(found);
  return withBenchDatabase(server, (one) => withServers(left - 1, server, [...found, one], work));
}

interface WayOptions {
  servers: readonly BenchDatabase[];
  files: readonly string[];
  folder: string;
  plan: Plan;
  name: string;
}

/** Into catalogs that are empty, and counted afterwards. */
async function runWay(way: WayName, { servers, files, folder, plan, name }: WayOptions): Promise<Poured> {
  const isOne = way === wayNames[0];
  const own = isOne ? servers.slice(0, 1) : servers;
  const dsns = await Promise.all(own.map((server) => makeCatalog(server, name)));
  const before = await sizeOf(dsns);
  try {
    const elapsedMs = isOne
      ? await pourInto(dsns[0] as string, files)
      : await pourSideBySide(dsns, files, folder);
    let nodes = 0;
    for (const dsn of dsns) nodes += await countCatalog(dsn);
    if (nodes !== plan.datasets * nodesOf(plan)) throw new Error(`${way}: ${nodes} nodes went in.`);
    return { elapsedMs, storedBytes: (await sizeOf(dsns)) - before };
  } finally {
    await Promise.all(own.map((server) => administrate(server, `drop database ${name} with (force)`)));
  }
}

async function pourInto(dsn: string, files: readonly string[]): Promise<number> {
  const database = await openDatabase({ dsn });
  try {
    return await time(async () => {
      for (const file of files) expectAll(await ingestAll(database, { inputs: [file] }));
    });
  } finally {
    await database.close();
  }
}

async function pourSideBySide(
  dsns: readonly string[],
  files: readonly string[],
  folder: string,
): Promise<number> {
  const list = dsns.map((dsn, index) => ({
    name: `server${index + 1}`,
    dsn,
    datasets: files.flatMap((_file, place) => (place % dsns.length === index ? `D${place + 1}` : [])),
  }));
  const path = join(folder, "targets.yaml");
  await writeFile(path, JSON.stringify({ targets: list }));
  const targets = await readTargets(path);
  // One dataset a server at a time, so that each is a transaction of its own in both ways.
  return time(async () => {
    for (let first = 0; first < files.length; first += dsns.length) {
      expectAll(await ingestTargets(targets, { inputs: files.slice(first, first + dsns.length) }));
    }
  });
}

function expectAll(results: readonly { error: unknown }[]): void {
  for (const { error } of results) if (error !== null) throw error;
}

async function time(work: () => Promise<void>): Promise<number> {
  globalThis.gc?.();
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function makeCatalog(server: BenchDatabase, name: string): Promise<string> {
  await administrate(server, `create database ${name}`);
  const url = new URL(server.dsn);
  url.pathname = `/${name}`;
  const database = await openDatabase({ dsn: url.toString() });
  await ensureCatalog(database);
  await database.close();
  const client = await server.connect();
  await checkpoint(client);
  await client.end();
  return url.toString();
}

/** Nodes but the root; the closure must fit them: one row for each and each of its ancestors. */
async function countCatalog(dsn: string): Promise<number> {
  const database = await openDatabase({ dsn });
  try {
    const { rows } = await database.pool.query<{ nodes: number; closure: number }>(
      "select (select count(*) from nodes)::int as nodes, (select count(*) from nodes_closure)::int as closure",
    );
    const { nodes = 0, closure = 0 } = rows[0] ?? {};
    const { rows: depths } = await database.pool.query<{ wanted: number }>(
      `with recursive tree as (
         select id, 1 as above from nodes where parent is null
         union all select n.id, tree.above + 1 from nodes n join tree on n.parent = tree.id)
       select sum(above)::int as wanted from tree`,
    );
    if (closure !== depths[0]?.wanted)
      throw new Error(`The closure has ${closure} rows, not ${depths[0]?.wanted}.`);
    return nodes - 1;
  } finally {
    await database.close();
  }
}

async function sizeOf(dsns: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const dsn of dsns) {
    const database = await openDatabase({ dsn });
    const { rows } = await database.pool.query<{ bytes: number }>(
      "select pg_database_size(current_database())::float8 as bytes",
    );
    bytes += rows[0]?.bytes ?? 0;
    await database.close();
  }
  return bytes;
}

async function administrate(server: BenchDatabase, text: string): Promise<void> {
  const client = await server.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

function describe(plan: Plan, rounds: number, runs: readonly Run[]): string {
  const rateOf = ({ nodes, elapsedMs }: Run): number => (nodes * 1000) / elapsedMs;
  const rates = wayNames.map((way) => runs.filter((one) => one.way === way).map(rateOf));
  const sizesOf = (way: WayName): number[] =>
    runs.filter((one) => one.way === way).map(({ storedBytes, nodes }) => storedBytes / nodes);
  const [one = [], several = []] = rates;
  const ratios = several.map((rate, index) => rate / (one[index] ?? Number.NaN));
  return [
    `# Several servers, ${rounds} rounds`,
    `${plan.datasets} datasets of ${showNumber(nodesOf(plan))} nodes each (${showNumber(plan.entities)} entities with ${arraysPerEntity} arrays), ` +
      `as node records (NDJSON), into empty catalogs: on one server one after another, and on ${plan.servers} side by side, a process each on this machine. ` +
      "Each dataset is a transaction of its own. Both ways take turns in one run; the nodes and the closure of every load are counted. One process loads all of them.",
    markdownTable(
      ["way", "nodes/s", "bytes a node, with all indexes"],
      wayNames.map((way, index) => [
        way,
        showSpread(spreadOf(rates[index] ?? [])),
        showSpread(spreadOf(sizesOf(way))),
      ]),
    ),
    `Side by side is ${showSpread(spreadOf(ratios), 2)} times as fast, with ${plan.servers} servers and their client on the cores of one machine.`,
  ].join("\n\n");
}
