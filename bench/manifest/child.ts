// One load in a process of its own, so that its peak of memory is its own. Takes its task as JSON, prints a line of JSON.

import { readFileSync } from "node:fs";
import { type LoadReport, loadNodes } from "../../src/catalog/index.ts";
import { type Database, ingest, openDatabase } from "../../src/index.ts";
import type { ManifestData } from "./data.ts";
import { makeNodeBatches } from "./nodes.ts";
import type { Shape } from "./rows.ts";

export type WayName = "ours" | "prepared";

export interface Task {
  way: WayName;
  dsn: string;
  data: ManifestData;
  shape: Shape;
}

export interface Load {
  elapsedMs: number;
  nodes: number;
  /** Processor time of the process, all its threads together. */
  cpuMs: number;
  peakRssBytes: number;
  phases: Record<string, number>;
}

const task = JSON.parse(process.argv[2] ?? "{}") as Task;
console.log(JSON.stringify(await measureLoad(task)));

async function measureLoad({ way, dsn, data, shape }: Task): Promise<Load> {
  const database = await openDatabase({ dsn });
  await database.pool.query("select");
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const { nodes, phases } = await (way === "ours"
    ? loadTables(database, data)
    : loadPrepared(database, data, shape));
  const elapsedMs = performance.now() - start;
  const cpu = process.cpuUsage(cpuBefore);
  await database.close();
  return {
    elapsedMs,
    nodes,
    cpuMs: (cpu.user + cpu.system) / 1000,
    peakRssBytes: peakRssBytes(),
    phases: Object.fromEntries(phases.map(({ name, elapsedMs }) => [name, elapsedMs])),
  };
}

/** Where there is a /proc, from there: to maxRSS Linux adds what the parent had when it started the process. */
function peakRssBytes(): number {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  } catch {
    // No Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}

interface Loaded {
  nodes: number;
  phases: LoadReport["phases"];
}

async function loadTables(database: Database, { yaml }: ManifestData): Promise<Loaded> {
  const { nodes, phases } = await ingest(database, { inputs: [yaml], mode: "offline" });
  if (nodes.rejected > 0) throw new Error(`${nodes.rejected} records were rejected.`);
  return { nodes: nodes.inserted, phases };
}

async function loadPrepared(database: Database, { files }: ManifestData, shape: Shape): Promise<Loaded> {
  const { nodes, phases } = await loadNodes(database, makeNodeBatches(files, shape), {
    mode: "offline",
    policy: "skip",
    dryRun: false,
    onReject: ({ position, message }) => {
      throw new Error(`Rejected: ${position}: ${message}`);
    },
  });
  return { nodes: nodes.inserted, phases };
}
