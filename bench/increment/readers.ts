// How long a reader waits while nothing happens, while a processor is busy, and while nodes are loaded online.

import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { type Spread, spreadOf } from "../support/statistics.ts";
import type { Catalog } from "./catalogs.ts";
import { type Increments, loadBatches } from "./records.ts";

export const queryNames = ["listing", "search by @>", "closure", "lookup"] as const;

/** Which query, when it began (Unix time in ms), and how long it took in ms. */
export type ReaderSample = [number, number, number];

export interface Waits {
  while: string;
  /** Seconds that were looked at. */
  seconds: number;
  queries: number;
  p50Ms: number;
  p99Ms: number;
  longestMs: number;
  /** By query. */
  longest: Record<string, number>;
  /** What the loads took, where there were any. */
  loadMs: Spread | null;
}

type Window = [start: number, end: number];

/** @param loads online loads of each way; the quiet time is as long as `seconds` */
export async function measureReaders(
  catalog: Catalog,
  increments: Increments,
  { loads, seconds }: { loads: number; seconds: number },
): Promise<Waits[]> {
  const reader = await startReader(catalog.dsn);
  const windows = new Map<string, Window[]>();
  try {
    windows.set("nothing", [await during(() => sleep(seconds * 1000))]);
    windows.set("a busy processor", [await duringBurner(seconds)]);
    for (const triggers of ["replica", "disable"] as const) {
      const times: Window[] = [];
      for (let load = 0; load < loads; load++) {
        const batches = await increments.take();
        times.push(await during(() => loadBatches(catalog, batches, { mode: "online", triggers })));
        await sleep(200);
      }
      windows.set(`online loads, triggers ${triggers}`, times);
    }
    windows.set("nothing, after the loads", [await during(() => sleep(seconds * 1000))]);
    const samples = await reader.stop();
    return [...windows].map(([label, times]) => summarise(label, times, samples));
  } finally {
    reader.child.kill("SIGKILL");
  }
}

async function during(work: () => Promise<unknown>): Promise<Window> {
  const now = (): number => performance.timeOrigin + performance.now();
  const start = now();
  await work();
  return [start, now()];
}

/** Who shares two processors with a load waits for a turn even when no lock is in the way; this shows how long. */
async function duringBurner(seconds: number): Promise<Window> {
  const burner = spawn(process.execPath, ["-e", "for (;;);"]);
  try {
    return await during(() => sleep(seconds * 1000));
  } finally {
    burner.kill("SIGKILL");
  }
}

interface Reader {
  child: ChildProcess;
  stop(): Promise<ReaderSample[]>;
}

async function startReader(dsn: string): Promise<Reader> {
  const child = fork(new URL("./readerChild.ts", import.meta.url), [dsn]);
  await message(child);
  return {
    child,
    stop: async () => {
      const answer = message(child);
      child.send("stop");
      return (await answer).samples ?? [];
    },
  };
}

/** The next one; throws when the process ends without. */
export async function message(
  child: ChildProcess,
): Promise<{ kind: string; samples?: ReaderSample[]; waitsMs?: number[]; failures?: string[] }> {
  const ended = once(child, "exit").then(([code]: unknown[]) => {
    throw new Error(`A process of the benchmark ended with code ${String(code)}.`);
  });
  // It may end in peace later.
  ended.catch(() => undefined);
  const [first] = (await Promise.race([once(child, "message"), ended])) as [{ kind: string }];
  return first;
}

/** Queries that ran, at least for a part of their time, in one of the windows. */
function summarise(label: string, windows: readonly Window[], samples: readonly ReaderSample[]): Waits {
  const inside = samples.filter(([, start, ms]) =>
    windows.some(([from, to]) => start < to && start + ms > from),
  );
  const times = inside.map(([, , ms]) => ms);
  const lengths = windows.map(([from, to]) => to - from);
  return {
    while: label,
    seconds: lengths.reduce((sum, ms) => sum + ms, 0) / 1000,
    queries: inside.length,
    p50Ms: percentile(times, 50),
    p99Ms: percentile(times, 99),
    longestMs: percentile(times, 100),
    longest: Object.fromEntries(
      queryNames.map((name, index) => [
        name,
        percentile(
          inside.filter(([query]) => query === index).map(([, , ms]) => ms),
          100,
        ),
      ]),
    ),
    loadMs: label.startsWith("online") ? spreadOf(lengths) : null,
  };
}

/** The smallest value that so many percent do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? Number.NaN;
}
