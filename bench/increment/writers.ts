// Whether a program that registers nodes one by one gets through while nodes are loaded online, and how long it waits.

import { fork } from "node:child_process";
import { type Spread, spreadOf } from "../support/statistics.ts";
import type { Catalog } from "./catalogs.ts";
import { message, percentile } from "./readers.ts";
import { type Increments, loadBatches } from "./records.ts";

export interface WriterResult {
  while: string;
  nodes: number;
  failures: string[];
  p50Ms: number;
  p99Ms: number;
  longestMs: number;
  /** What the loads took meanwhile. */
  loadMs: Spread | null;
  loads: number;
}

/** Loads go on for as long as it writes, at least so many. */
export async function measureWriters(
  catalog: Catalog,
  increments: Increments,
  { nodes, loads }: { nodes: number; loads: number },
): Promise<WriterResult[]> {
  const results = [await writeDuring(catalog, { label: "nothing", nodes, prefix: "alone" }, null)];
  for (const triggers of ["replica", "disable"] as const) {
    const label = `online loads, triggers ${triggers}`;
    const load = async (): Promise<number> => {
      const batches = await increments.take();
      const start = performance.now();
      await loadBatches(catalog, batches, { mode: "online", triggers });
      return performance.now() - start;
    };
    results.push(await writeDuring(catalog, { label, nodes, prefix: triggers }, { load, loads }));
  }
  return results;
}

async function writeDuring(
  { dsn }: Catalog,
  { label, nodes, prefix }: { label: string; nodes: number; prefix: string },
  work: { load: () => Promise<number>; loads: number } | null,
): Promise<WriterResult> {
  const child = fork(new URL("./writerChild.ts", import.meta.url), [dsn, `written_${prefix}`, String(nodes)]);
  try {
    await message(child);
    let isWriting = true;
    const written = message(child).finally(() => {
      isWriting = false;
    });
    const times: number[] = [];
    while (work !== null && (isWriting || times.length < work.loads)) times.push(await work.load());
    const { waitsMs = [], failures = [] } = await written;
    return {
      while: label,
      nodes,
      failures,
      p50Ms: percentile(waitsMs, 50),
      p99Ms: percentile(waitsMs, 99),
      longestMs: percentile(waitsMs, 100),
      loadMs: times.length === 0 ? null : spreadOf(times),
      loads: times.length,
    };
  } finally {
    child.kill("SIGKILL");
  }
}
