// The rounds: each way stores the same updates afresh, is checked, and is asked the same.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkpoint, settle } from "../support/measure.ts";
import type { BenchDatabase } from "../support/server.ts";
import { rotate, spreadOf } from "../support/statistics.ts";
import { openJson } from "./jsonFiles.ts";
import { openOurs } from "./ours.ts";
import { openSqliteWay } from "./sqlite.ts";
import { attributes, expectedState, group, makeUpdates, step } from "./updates.ts";
import type { Updates, Way, WayName } from "./ways.ts";

export interface Run {
  round: number;
  way: WayName;
  writeMs: number;
  updatesPerSecond: number;
  bytes: number;
  /** Median of the repetitions, of moments near the end. */
  lateStateMs: number;
  /** One near the beginning, for comparison. */
  earlyStateMs: number;
  attributeMs: number;
}

export interface RoundsOptions {
  count: number;
  rounds: number;
  ways: readonly WayName[];
  repetitions: number;
}

export async function runRounds(bench: BenchDatabase, options: RoundsOptions): Promise<Run[]> {
  const updates = makeUpdates(options.count);
  const runs: Run[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    for (const way of rotate(options.ways, round - 1)) {
      runs.push(await runWay(bench, way, { ...options, updates, round }));
      console.error(`round ${round}, ${way}: ${Math.round(runs.at(-1)?.updatesPerSecond ?? 0)} updates/s`);
    }
  }
  return runs;
}

async function runWay(
  bench: BenchDatabase,
  name: WayName,
  { count, updates, round, repetitions }: RoundsOptions & { updates: Updates; round: number },
): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), "copycat-bench-"));
  const schema = `bench_${name.toLowerCase()}_${round}_${count}`;
  const way = await openWay(bench, name, { folder, schema });
  try {
    const client = await bench.connect();
    await (count < 1000 ? checkpoint(client) : settle(client));
    await client.end();
    globalThis.gc?.();
    const writeMs = await timed(() => way.write(updates));
    const bytes = await way.bytes();
    await check(way, updates, count);
    const late = await median(repetitions, (index) => way.state((count - 3 - index * 7) * step));
    const early = await median(repetitions, (index) => way.state((30 + index) * step));
    const attributeMs = await median(Math.min(3, repetitions), () => way.sumOverTime("flow"));
    return {
      round,
      way: name,
      writeMs,
      updatesPerSecond: (count * 1000) / writeMs,
      bytes,
      lateStateMs: late,
      earlyStateMs: early,
      attributeMs,
    };
  } finally {
    await way.close();
    await rm(folder, { recursive: true, force: true });
    const client = await bench.connect();
    await client.query(`drop schema if exists ${schema} cascade`);
    await client.end();
  }
}

function openWay(
  { dsn }: BenchDatabase,
  name: WayName,
  { folder, schema }: { folder: string; schema: string },
): Way | Promise<Way> {
  if (name === "json") return openJson(join(folder, "updates"));
  if (name === "sqlite" || name === "sqliteFull") {
    return openSqliteWay(join(folder, "results.db"), { synchronous: name === "sqlite" ? "normal" : "full" });
  }
  return openOurs({ dsn, schema, isStreamed: name === "streamed", isAsync: name === "eachAsync" });
}

/** A way that stored something else ends the run. */
async function check(way: Way, updates: Updates, count: number): Promise<void> {
  const timestamp = (count - 1) * step - 1;
  const expected = expectedState(updates, timestamp);
  for (const [index, column] of (await way.state(timestamp)).entries()) {
    const wanted = expected[index] ?? [];
    const isSame =
      column.length === wanted.length && Array.from(column).every((value, row) => value === wanted[row]);
    if (!isSame) throw new Error(`The state of ${attributes[index]} at ${timestamp} is not what was stored.`);
  }
  let sum = 0;
  for (const { data } of updates()) {
    for (const value of (data.get(group)?.get("flow")?.data ?? []) as Float64Array) sum += value;
  }
  if ((await way.sumOverTime("flow")) !== sum)
    throw new Error("The flow over all times is not what was stored.");
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function median(repetitions: number, work: (index: number) => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < repetitions; index++) times.push(await timed(() => work(index)));
  return spreadOf(times).median;
}
