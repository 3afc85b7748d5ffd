// Turns: reading alone and the whole ingest with each number of workers, every one in a process of its own.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { verifyCatalog } from "../../src/index.ts";
import type { Catalog, Catalogs } from "../increment/catalogs.ts";
import { checkpoint } from "../support/measure.ts";
import { rotate } from "../support/statistics.ts";

export interface ScanRun {
  elapsedMs: number;
  /** Of an ingest: new nodes. Of h5py: data sets. */
  nodes: number;
  cpuMs: number;
  peakRssBytes: number;
  phases: Record<string, number>;
}

/** `workers` 0 is the default of the program. */
export interface Turn {
  what: "read" | "ingest" | "h5py";
  workers: number;
}

export interface ScanRound {
  round: number;
  runs: (Turn & ScanRun)[];
}

export interface ScanOptions {
  yaml: string;
  /** Where the HDF5 files lie. */
  data: string;
  /** Undefined: without h5py. */
  python: string | undefined;
  nodes: number;
  rounds: number;
}

const execute = promisify(execFile);

export async function runScans(catalogs: Catalogs, options: ScanOptions): Promise<ScanRound[]> {
  const turns: Turn[] = [1, 2, 0].flatMap((workers) => [
    { what: "read", workers } as const,
    { what: "ingest", workers } as const,
  ]);
  if (options.python !== undefined) turns.push({ what: "h5py", workers: 1 });
  // Not counted: it brings the files into memory.
  await runTurn(catalogs, { what: "read", workers: 0 }, options);
  const rounds: ScanRound[] = [];
  for (let round = 0; round < options.rounds; round++) {
    const runs: (Turn & ScanRun)[] = [];
    for (const turn of rotate(turns, round)) {
      const run = await runTurn(catalogs, turn, options);
      console.log(`round ${round + 1}: ${labelOf(turn)}: ${Math.round(run.elapsedMs)} ms`);
      runs.push({ ...turn, ...run });
    }
    rounds.push({ round: round + 1, runs });
  }
  return rounds;
}

export function labelOf({ what, workers }: Turn): string {
  const threads = workers === 0 ? "default" : `${workers}`;
  if (what === "h5py") return "h5py, one process";
  return `${what === "read" ? "reading alone" : "whole ingest"}, workers: ${threads}`;
}

async function runTurn(catalogs: Catalogs, turn: Turn, options: ScanOptions): Promise<ScanRun> {
  if (turn.what === "h5py") return await runProcess(options.python ?? "", [script("walk.py"), options.data]);
  const args = ["--import", "tsx", script("child.ts"), "--input", options.yaml];
  if (turn.workers > 0) args.push("--workers", String(turn.workers));
  if (turn.what === "read") return checkNodes(await runProcess(process.execPath, args), options.nodes);
  const catalog = await catalogs.make("scan");
  try {
    await prepare(catalog);
    const run = await runProcess(process.execPath, [...args, "--dsn", catalog.dsn]);
    const { ok } = await verifyCatalog(catalog.database);
    if (!ok) throw new Error("The catalog is not sound after an ingest.");
    return checkNodes(run, options.nodes);
  } finally {
    await catalogs.drop(catalog);
  }
}

async function prepare(catalog: Catalog): Promise<void> {
  const client = await catalog.connect();
  await checkpoint(client);
  await client.end();
}

function script(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** The last line that it prints is its result. */
async function runProcess(program: string, args: readonly string[]): Promise<ScanRun> {
  const { stdout } = await execute(program, args, { cwd: script("."), maxBuffer: 2 ** 26 });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as ScanRun;
}

function checkNodes(run: ScanRun, nodes: number): ScanRun {
  if (run.nodes === nodes) return run;
  throw new Error(`The run counted ${run.nodes} nodes and should have counted ${nodes}.`);
}
