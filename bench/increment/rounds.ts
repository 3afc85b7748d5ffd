// Rounds: the same number of new nodes by every way, in an order that turns, each with other entities.

import type { LoadReport } from "../../src/catalog/index.ts";
import { checkpoint, type Measured, measure } from "../support/measure.ts";
import { rotate } from "../support/statistics.ts";
import type { Catalog, Catalogs } from "./catalogs.ts";
import { closureRowsPerEntity, type Increments, nodesPerEntity } from "./records.ts";
import { type Target, type WayName, ways } from "./ways.ts";

export interface Run extends Measured {
  way: WayName;
  /** Nodes of the catalog before. */
  before: number;
  report: LoadReport | null;
}

export interface Round {
  round: number;
  runs: Run[];
}

export interface RoundsOptions {
  names: readonly WayName[];
  rounds: number;
  increments: Increments;
  /** An empty one is made for each run. */
  catalogs: Catalogs;
  targets: Record<Exclude<Target, "empty">, Catalog>;
}

export async function runRounds(options: RoundsOptions): Promise<Round[]> {
  const { names, rounds, increments } = options;
  // Not counted: the first loads pay for compiling the code and for pages not yet in memory.
  for (const name of names.filter((way) => way !== "swapped")) await runWay(name, options);
  const all: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const runs: Run[] = [];
    for (const name of rotate(names, round)) {
      const run = await runWay(name, options);
      const rate = Math.round((increments.entities * nodesPerEntity * 1000) / run.elapsedMs);
      console.log(
        `round ${round + 1}: ${ways[name].label}: ${Math.round(run.elapsedMs)} ms, ${rate} nodes/s`,
      );
      runs.push(run);
    }
    all.push({ round: round + 1, runs });
  }
  return all;
}

async function runWay(name: WayName, options: RoundsOptions): Promise<Run> {
  const { catalogs, targets } = options;
  const { into } = ways[name];
  if (into !== "empty") return await runInto(targets[into], name, options);
  const catalog = await catalogs.make("empty");
  try {
    return await runInto(catalog, name, options);
  } finally {
    await catalogs.drop(catalog);
  }
}

export async function runInto(
  catalog: Catalog,
  name: WayName,
  { increments }: Pick<RoundsOptions, "increments">,
): Promise<Run> {
  const observer = await catalog.connect();
  const client = await catalog.connect();
  try {
    const batches = await increments.take();
    const before = await countRows(catalog);
    const { load, restore } = await ways[name].prepare(catalog, client, batches);
    await checkpoint(observer);
    let report: LoadReport | null = null;
    const measured = await measure(observer, async () => {
      report = await load();
    });
    await restore?.();
    checkGrowth(ways[name].label, before, await countRows(catalog), increments.entities);
    return { way: name, before: before.nodes, ...measured, report };
  } finally {
    await client.end();
    await observer.end();
  }
}

interface Counts {
  nodes: number;
  closure: number;
  sources: number;
  links: number;
}

async function countRows({ database }: Catalog): Promise<Counts> {
  const { rows } = await database.pool.query<Counts>(`
    select (select count(*)::int from nodes) as nodes, (select count(*)::int from nodes_closure) as closure,
      (select count(*)::int from data_sources) as sources,
      (select count(*)::int from data_source_asset_association) as links`);
  return rows[0] ?? { nodes: 0, closure: 0, sources: 0, links: 0 };
}

/** A wrong load has no speed. The whole closure is checked at the end; here the counts. */
function checkGrowth(label: string, before: Counts, after: Counts, entities: number): void {
  // The container of the dataset is new in an empty catalog: one node, and two rows of the closure.
  const isEmpty = before.nodes === 1;
  const expected: Counts = {
    nodes: before.nodes + entities * nodesPerEntity + (isEmpty ? 1 : 0),
    closure: before.closure + entities * closureRowsPerEntity + (isEmpty ? 2 : 0),
    sources: before.sources + entities * (nodesPerEntity - 1),
    links: before.links + entities * (nodesPerEntity - 1),
  };
  const [is, should] = [after, expected].map((counts) => JSON.stringify(counts));
  if (is !== should) throw new Error(`${label}: the catalog holds ${is} and should hold ${should}`);
}
