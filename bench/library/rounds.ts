// The rounds: each way fills an empty index, changes it and is asked, and what it holds is checked.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LibraryFile } from "../../src/library/index.ts";
import { checkpoint } from "../support/measure.ts";
import type { BenchDatabase } from "../support/server.ts";
import { rotate } from "../support/statistics.ts";
import { edited, makeFiles, spread } from "./files.ts";
import { openOurs } from "./ours.ts";
import { openSqliteWay } from "./sqlite.ts";
import { isSequential, mostSequential, type Operation, type Way, type WayName } from "./ways.ts";

export interface Run {
  size: number;
  round: number;
  way: WayName;
  operation: Operation;
  /** Rows that were asked for. */
  rows: number;
  elapsedMs: number;
}

export interface RoundsOptions {
  size: number;
  rounds: number;
  ways: readonly WayName[];
  /** Fewer than there would be, for a try. */
  batches?: number | undefined;
}

/** So many batches of a size follow each other: a single one of a hundred files says mostly what the first of a connection costs. */
export const batchesOf = (size: number, most = 30): number =>
  Math.max(1, Math.min(most, Math.floor(20_000 / size)));

export async function runRounds(
  bench: BenchDatabase,
  { size, rounds, ways, batches }: RoundsOptions,
): Promise<Run[]> {
  const files = makeFiles(size * batchesOf(size, batches));
  const runs: Run[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const way of rotate(ways, round - 1)) {
      const timed = await runWay(bench, way, { files, size, round });
      runs.push(...timed.map((one) => ({ size, round, way, ...one })));
      console.error(`${size} files, round ${round}, ${way}: ${timed.map(describe).join(", ")}`);
    }
  }
  return runs;
}

type Timed = Pick<Run, "operation" | "rows" | "elapsedMs">;

const describe = ({ operation, rows, elapsedMs }: Timed): string =>
  `${operation} ${Math.round((rows * 1000) / elapsedMs)}/s`;

async function runWay(
  bench: BenchDatabase,
  name: WayName,
  { files, size, round }: { files: readonly LibraryFile[]; size: number; round: number },
): Promise<Timed[]> {
  const folder = await mkdtemp(join(tmpdir(), "copycat-bench-"));
  const schema = `bench_${name.toLowerCase()}_${round}_${size}`;
  const client = await bench.connect();
  const open = (kind: WayName): Promise<Way> => openWay(kind, bench.dsn, { folder, schema });
  const way = await open(name);
  try {
    // A way that goes row by row finds all rows but its own there, so that its table is as large as the others'.
    const own = isSequential(name) ? spread(files, mostSequential) : [...files];
    if (own.length < files.length) await fill(await open(batchOf(name)), files, own);
    await checkpoint(client);
    const parts = inParts(own, size);
    const timed = [await time("insert", own.length, () => eachOf(parts, (part) => way.insert(part)))];
    await check(way, files, "after the insert");
    // As autovacuum would some time later.
    if (name.startsWith("ours")) await client.query(`analyze ${schema}.file`);
    const found = (rows: number, wanted: number): void => {
      if (rows !== wanted) throw new Error(`${name} found ${rows} of ${wanted} files.`);
    };
    timed.push(
      await time("path", own.length, async () =>
        eachOf(parts, async (part) => found(await way.findByPath(part.map(({ path }) => path)), part.length)),
      ),
      await time("hash", own.length, async () =>
        eachOf(parts, async (part) =>
          found(await way.findByHash(part.map(({ metadataHash }) => metadataHash)), part.length),
        ),
      ),
    );
    const changed = own.map(edited);
    const updates: (() => Promise<void>)[] = [];
    for (const part of inParts(changed, size)) updates.push(await way.prepareUpdate(part));
    timed.push(await time("update", own.length, () => eachOf(updates, (update) => update())));
    const byPath = new Map(changed.map((file) => [file.path, file]));
    await check(
      way,
      files.map((file) => byPath.get(file.path) ?? file),
      "after the update",
    );
    return timed;
  } finally {
    await way.close();
    await rm(folder, { recursive: true, force: true });
    await client.query(`drop schema if exists ${schema} cascade`);
    await client.end();
  }
}

function inParts<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

async function eachOf<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  for (const item of items) await work(item);
}

const batchOf = (name: WayName): WayName => (name.startsWith("ours") ? "oursBatch" : "sqliteBatch");

async function fill(way: Way, files: readonly LibraryFile[], without: readonly LibraryFile[]): Promise<void> {
  const left = new Set(without);
  try {
    await way.insert(files.filter((file) => !left.has(file)));
  } finally {
    await way.close();
  }
}

function openWay(
  name: WayName,
  dsn: string,
  { folder, schema }: { folder: string; schema: string },
): Promise<Way> {
  if (name === "oursSequential" || name === "oursBatch") {
    return openOurs(dsn, schema, name === "oursBatch" ? "batch" : "sequential");
  }
  const kind = ({ sqliteReopen: "reopen", sqliteKept: "kept", sqliteBatch: "batch" } as const)[name];
  return openSqliteWay(join(folder, "library.db"), kind);
}

async function time(operation: Operation, rows: number, work: () => Promise<unknown>): Promise<Timed> {
  globalThis.gc?.();
  const start = performance.now();
  await work();
  return { operation, rows, elapsedMs: performance.now() - start };
}

/** A way that stored something else ends the run. */
async function check(way: Way, files: readonly LibraryFile[], when: string): Promise<void> {
  const stored = (await way.titles()).sort();
  const wanted = files.map(({ title }) => title ?? "").sort();
  const isSame = stored.length === wanted.length && stored.every((title, index) => title === wanted[index]);
  if (!isSame)
    throw new Error(`${stored.length} files ${when} are not the ${wanted.length} that there should be.`);
}
