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
import { type Load, labels, rawEncodingWays, type WayName, ways } from "./ways.ts";

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
  if (has("copyText")) await writeFile(encoded.textFile, encodeText(entries, embedding));
  try {
    return await runAll(bench, { entries, embedding, encoded }, options);
  } finally {
    await rm(folder, { recursive: true });
  }
}

type Given = Pick<Load, "entries" | "embedding" | "encoded">;

async function runAll(bench: BenchDatabase, given: Given, options: RoundsOptions): Promise<Round[]> {
  const { entries, names } = options;
  const has = (name: WayName): boolean => names.includes(name);
  // Not counted: the first loads pay for compiling the code and for new files of the server's log.
  for (const way of rawEncodingWays.concat("ours").filter(has)) {
    await runOnce(bench, way, given, options);
  }
  const rounds: Round[] = [];
  for (let round = 0; round < options.rounds; round++) {
    const runs: Run[] = [];
    for (const way of rotate(names, round)) {
      const run = await runOnce(bench, way, given, options);
      const rate = Math.round((entries.length * 1000) / run.elapsedMs);
      console.log(`round ${round + 1}: ${labels[way]}: ${Math.round(run.elapsedMs)} ms, ${rate} rows/s`);
      runs.push(run);
    }
    rounds.push({ round: round + 1, runs });
  }
  return rounds;
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
