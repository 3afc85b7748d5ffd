// Turns: the tables and the prepared records, each into a fresh catalog, whose content must be the same.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { verifyCatalog } from "../../src/index.ts";
import type { Catalog, Catalogs } from "../increment/catalogs.ts";
import { settle } from "../support/measure.ts";
import { rotate } from "../support/statistics.ts";
import type { Load, Task, WayName } from "./child.ts";
import { countNodes } from "./rows.ts";

export interface Run extends Load {
  way: WayName;
  round: number;
}

export interface RoundsOptions extends Pick<Task, "data" | "shape"> {
  ways: readonly WayName[];
  rounds: number;
  /** Path of the compiled child. */
  child: string;
}

const execute = promisify(execFile);

/** @throws Error when a way stored something else than the one before it */
export async function runRounds(catalogs: Catalogs, options: RoundsOptions): Promise<Run[]> {
  const runs: Run[] = [];
  let content: string | null = null;
  for (let round = 1; round <= options.rounds; round++) {
    for (const way of rotate(options.ways, round - 1)) {
      const { load, stored } = await runOne(catalogs, way, options, round === 1);
      if (content !== null && stored !== content) throw new Error(`${way} stored ${stored}, not ${content}.`);
      content = stored;
      runs.push({ way, round, ...load });
      const rate = Math.round((load.nodes * 1000) / load.elapsedMs);
      const peakMB = Math.round(load.peakRssBytes / 1e6);
      console.log(
        `round ${round}: ${way}: ${Math.round(load.elapsedMs)} ms, ${rate} nodes/s, processor ${Math.round(load.cpuMs)} ms, ${peakMB} MB`,
      );
    }
  }
  return runs;
}

async function runOne(
  catalogs: Catalogs,
  way: WayName,
  { data, shape, child }: RoundsOptions,
  isThorough: boolean,
): Promise<{ load: Load; stored: string }> {
  const catalog = await catalogs.make("manifest");
  try {
    const client = await catalog.connect();
    await settle(client);
    const task: Task = { way, dsn: catalog.dsn, data, shape };
    const { stdout } = await execute(process.execPath, [child, JSON.stringify(task)], { maxBuffer: 2 ** 24 });
    const load = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Load;
    if (load.nodes !== countNodes(shape.entities)) throw new Error(`${way} loaded ${load.nodes} nodes.`);
    const { rows } = await client.query<{ content: string }>(contentSql);
    await client.end();
    if (isThorough) await verify(catalog);
    return { load, stored: rows[0]?.content ?? "" };
  } finally {
    await catalogs.drop(catalog);
  }
}

async function verify({ database }: Catalog): Promise<void> {
  const { checks } = await verifyCatalog(database);
  const failed = checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
  if (failed.length > 0) throw new Error(`The catalog is wrong: ${failed.join("; ")}.`);
}

/** Sums of hashes over all that a load stores, ids aside. */
const contentSql = `\
select concat_ws(' ',
  (select count(*) from nodes_closure),
  (select sum(hashtextextended(key || structure_family || metadata::text, 0)) from nodes),
  (select sum(hashtextextended(concat(structure_id, mimetype, parameters), 0)) from data_sources),
  (select sum(hashtextextended(concat(data_uri, is_directory, size), 0)) from assets),
  (select sum(hashtextextended(id || structure::text, 0)) from structures),
  (select count(*) from data_source_asset_association)) as content`;
