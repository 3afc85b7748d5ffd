// Memory entries and updates of a simulation into a plain PostgreSQL and into shards of a Citus cluster.

import { randomBytes } from "node:crypto";
import { type Database, openDatabase } from "../../src/index.ts";
import { bulkInsertMemoryEntries, ensureMemory } from "../../src/memory/index.ts";
import { openSimulationStore } from "../../src/simulation/index.ts";
import { dimensions, type Entry, makeEntries } from "../memory/entries.ts";
import { makeUpdates } from "../simulation/updates.ts";

export const storeWays = [
  "memory, new",
  "memory, the same again (skip)",
  "memory, all changed (update)",
  "memory, as many new beside them",
  "simulation, new",
  "simulation, the same again (skip)",
  "simulation, new, 4 scenarios at once",
] as const;
export type StoreWay = (typeof storeWays)[number];

export interface StorePlan {
  entries: number;
  updates: number;
}

export interface Timed {
  way: StoreWay;
  rows: number;
  elapsedMs: number;
}

const namespaces = 64;

/** Each way once, in schemas of their own, which go afterwards. */
export async function fillStores(dsn: string, plan: StorePlan): Promise<Timed[]> {
  const database = await openDatabase({ dsn });
  try {
    return [...(await fillMemory(database, plan)), ...(await fillSimulation(database, plan))];
  } finally {
    await database.close();
  }
}

async function fillMemory(database: Database, { entries: count }: StorePlan): Promise<Timed[]> {
  const schema = `bench_${randomBytes(4).toString("hex")}`;
  const entries = (seed: number): Entry[] =>
    makeEntries(count, seed).map((entry, index) => ({
      ...entry,
      namespace: `namespace ${index % namespaces}`,
      key: `${seed} ${entry.key}`,
    }));
  const first = entries(1);
  const changed = first.map((entry) => ({ ...entry, value: `${entry.value} again` }));
  try {
    await ensureMemory(database, { schema, embedding: "real[]", dimensions });
    const load = async (way: StoreWay, rows: readonly Entry[], onConflict: "skip" | "update") => {
      const { elapsedMs, result } = await time(() =>
        bulkInsertMemoryEntries(database, rows, { schema, onConflict }),
      );
      const { inserted, updated, skipped } = result;
      if (inserted + updated + skipped !== count) throw new Error(`${way}: ${JSON.stringify(result)}`);
      return { way, rows: count, elapsedMs };
    };
    return [
      await load("memory, new", first, "skip"),
      await load("memory, the same again (skip)", first, "skip"),
      await load("memory, all changed (update)", changed, "update"),
      await load("memory, as many new beside them", entries(2), "skip"),
    ];
  } finally {
    await database.pool.query(`drop schema if exists ${schema} cascade`);
  }
}

async function fillSimulation(database: Database, { updates: count }: StorePlan): Promise<Timed[]> {
  const schema = `bench_${randomBytes(4).toString("hex")}`;
  const updates = makeUpdates(count);
  try {
    const store = await openSimulationStore(database, { schema });
    const load = async (way: StoreWay, wanted: "inserted" | "skipped") => {
      const { elapsedMs, result } = await time(() => store.storeUpdates(updates(), { policy: "skip" }));
      if (result[wanted] !== count) throw new Error(`${way}: ${JSON.stringify(result)}`);
      return { way, rows: count, elapsedMs };
    };
    const alone = [
      await load("simulation, new", "inserted"),
      await load("simulation, the same again (skip)", "skipped"),
    ];
    const scenarios = [1, 2, 3, 4].map((number) => `scenario ${number}`);
    const stores = await Promise.all(
      scenarios.map((scenario) => openSimulationStore(database, { schema, scenario })),
    );
    const { elapsedMs } = await time(() =>
      Promise.all(stores.map((one) => one.storeUpdates(updates(), { policy: "error" }))),
    );
    const rows = scenarios.length * count;
    return [...alone, { way: "simulation, new, 4 scenarios at once", rows, elapsedMs }];
  } finally {
    await database.pool.query(`drop schema if exists ${schema} cascade`);
  }
}

async function time<Result>(work: () => Promise<Result>): Promise<{ elapsedMs: number; result: Result }> {
  globalThis.gc?.();
  const start = performance.now();
  const result = await work();
  return { elapsedMs: performance.now() - start, result };
}
