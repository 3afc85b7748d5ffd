// Small loads, many times over: from how many rows on is it worth not to write INSERTs?

import { openDatabase } from "../../src/index.ts";
import type { TableState } from "../support/checksum.ts";
import type { BenchDatabase } from "../support/server.ts";
import { rotate, type Spread, spreadOf } from "../support/statistics.ts";
import type { Entry } from "./entries.ts";
import { checkTable, createTable, type TableShape, table } from "./table.ts";
import { labels, type WayName, ways } from "./ways.ts";

export const smallWays: readonly WayName[] = ["insert", "ours", "copyBinaryEncoding"];

export interface SmallOptions {
  entries: readonly Entry[];
  shape: TableShape;
  states: readonly TableState[];
  /** Rows of a load. */
  rows: number;
  repetitions: number;
}

export interface SmallResult {
  rows: number;
  repetitions: number;
  ways: { way: WayName; elapsedMs: Spread; rowsPerSecond: number; againstInsert: Spread }[];
  /** Milliseconds by way, in the order of the repetitions. */
  elapsedMs: Partial<Record<WayName, number[]>>;
}

/** One connection for all of it, each load into a truncated table. */
export async function runSmall(bench: BenchDatabase, options: SmallOptions): Promise<SmallResult> {
  const { shape, rows, repetitions } = options;
  const entries = options.entries.slice(0, rows);
  const encoded = { textFile: "", binary: [] };
  const elapsed: Partial<Record<WayName, number[]>> = Object.fromEntries(smallWays.map((way) => [way, []]));
  const observer = await bench.connect();
  const client = await bench.connect();
  const database = await openDatabase({ dsn: bench.dsn });
  try {
    await createTable(database, shape);
    // One repetition more, the first, warms the connections up and is not counted.
    for (let repetition = -1; repetition < repetitions; repetition++) {
      for (const way of rotate(smallWays, repetition + 1)) {
        await observer.query(`truncate ${table}`);
        const start = performance.now();
        await ways[way]({ client, database, entries, embedding: shape.embedding, encoded });
        if (repetition >= 0) elapsed[way]?.push(performance.now() - start);
        await checkTable(observer, `${rows} rows, ${labels[way]}`, options.states[rows - 1], shape.embedding);
      }
    }
  } finally {
    await database.close();
    await client.end();
    await observer.end();
  }
  return summarise(rows, repetitions, elapsed);
}

function summarise(rows: number, repetitions: number, elapsed: SmallResult["elapsedMs"]): SmallResult {
  const inserts = elapsed.insert ?? [];
  const results = smallWays.map((way) => {
    const times = elapsed[way] ?? [];
    const elapsedMs = spreadOf(times);
    return {
      way,
      elapsedMs,
      rowsPerSecond: (rows * 1000) / elapsedMs.median,
      // Of the same repetition: what disturbs the machine disturbs both.
      againstInsert: spreadOf(times.map((time, index) => (inserts[index] ?? Number.NaN) / time)),
    };
  });
  return { rows, repetitions, ways: results, elapsedMs: elapsed };
}
