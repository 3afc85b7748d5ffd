// Rounds: every way once, each into a fresh table, in an order that turns from round to round.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../src/index.ts";
import type { TableState } from "../support/checksum.ts";
import { type Measured, measure, settle } from "../support/measure.ts";
import type { BenchDatabase } from "../support/server.ts";
import { rotate } from "../support/statistics.ts";
import type { Entry } from "./entries.ts";
import { encodeBinary } from "./rawBinary.ts";
import { encodeText } from "./rawText.ts";
import { checkTable, createTable, type TableShape, tableBytes } from "./table.ts";
import { fastWays, type Load, labels, type WayName, ways } from "./ways.ts";

export interface Run extends Measured {
  way: WayName;
  heapBytes: number;
  toastBytes: number;
  indexBytes: number;
}

/** Runs in the order in which they took place. */
export interface Round {
  round: number;
  runs: Run[];
}

export interface RoundsOptions {
  entries: readonly Entry[];
  shape: TableShape;
  expected: TableState | undefined;
  names: readonly WayName[];
  rounds: number;
}

export async function runRounds(bench: BenchDatabase, options: RoundsOptions): Promise<Round[]> {
  const { entries, shape, names } = options;
  const { embedding } = shape;
  const has = (name: WayName): boolean => names.includes(name);
  const folder = await mkdtemp(join(tmpdir(), "copycat-bench-text-"));
  const encoded = {
    textFile: join(folder, "entries.txt"),
    binary: has("copyBinary") ? [...encodeBinary(entries, embedding)] : [],
  };
  try {
    return await runAll(bench, { entries, embedding, encoded }, options);
  } finally {
    await rm(folder, { recursive: true });
  }
}

type Given = Pick<Load, "entries" | "embedding" | "encoded">;

async function runAll(bench: BenchDatabase, given: Given, options: RoundsOptions): Promise<Round[]> {
  const { names } = options;
  // The fast ways first, for all rounds: the others leave a heap and a disk cache behind that made the next run take
  // up to half as long again.
  const fast = names.filter((name) => fastWays.includes(name));
  const slow = names.filter((name) => !fastWays.includes(name));
  const run = (way: WayName): Promise<Run> => runOnce(bench, way, given, options);
  // Not counted: the first loads pay for compiling the code and for new files of the server's log.
  for (const way of fast) await run(way);
  const rounds: Round[] = [];
  for (let round = 0; round < options.rounds; round++) {
    rounds.push({ round: round + 1, runs: await medianRuns(fast, round, run) });
  }
  if (names.includes("copyText")) {
    await writeFile(given.encoded.textFile, encodeText(given.entries, given.embedding));
  }
  for (const { round, runs } of rounds) {
    for (const way of rotate(slow, round - 1)) runs.push(tell(round, await run(way)));
  }
  return rounds;
}

/** What takes a few seconds is run so often in a round, in turns, and the median of the runs counts. */
const repeats = 3;

async function medianRuns(
  names: readonly WayName[],
  round: number,
  run: (way: WayName) => Promise<Run>,
): Promise<Run[]> {
  const all: Run[] = [];
  for (let turn = 0; turn < repeats; turn++) {
    for (const way of rotate(names, round * repeats + turn)) all.push(tell(round + 1, await run(way)));
  }
  return names.flatMap((name) => {
    const runs = all.filter(({ way }) => way === name).sort((a, b) => a.elapsedMs - b.elapsedMs);
    return runs[Math.floor(repeats / 2)] ?? [];
  });
}

function tell(round: number, run: Run): Run {
  console.log(`round ${round}: ${labels[run.way]}: ${Math.round(run.elapsedMs)} ms`);
  return run;
}

async function runOnce(
  bench: BenchDatabase,
  way: WayName,
  given: Given,
  { shape, expected }: RoundsOptions,
): Promise<Run> {
  const observer = await bench.connect();
  const client = await bench.connect();
  const database = await openDatabase({ dsn: bench.dsn });
  try {
    await createTable(database, shape);
    await settle(observer);
    const measured = await measure(observer, () => ways[way]({ ...given, client, database }));
    await checkTable(observer, labels[way], expected, shape.embedding);
    const { heap, toast, indexes } = await tableBytes(observer);
    return { way, ...measured, heapBytes: heap, toastBytes: toast, indexBytes: indexes };
  } finally {
    await database.close();
    await client.end();
    await observer.end();
  }
}
