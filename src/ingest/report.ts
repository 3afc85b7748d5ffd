// What an ingest tells in the end.

import type { LoadReport, PhaseTime } from "../catalog/index.ts";
import type { Account } from "./account.ts";
import type { IngestOptions, IngestReport, NodeSource } from "./types.ts";

export interface IngestResult {
  loaded: LoadReport;
  sources: readonly NodeSource[];
  options: IngestOptions;
  rejectsFile: string | null;
  /** Of `performance.now()`. */
  start: number;
  account: Account;
  fromSources: { rejects: number };
}

export function makeReport(result: IngestResult): IngestReport {
  const { loaded, sources, options, account, fromSources } = result;
  const elapsedMs = Math.round(performance.now() - result.start);
  const passed = account.passedNodes;
  const read = loaded.nodes.read + fromSources.rejects + passed;
  const rejected = loaded.nodes.rejected + fromSources.rejects;
  return {
    run: account.id,
    status: rejected + account.earlierRejects === 0 ? "completed" : "completed_with_rejects",
    dataset: sources.map(({ dataset }) => dataset).join(", "),
    source: [...new Set(sources.map(({ label }) => label))].join(", "),
    dryRun: options.dryRun ?? false,
    ...loaded,
    nodes: { ...loaded.nodes, read, rejected, unchanged: loaded.nodes.unchanged + passed },
    elapsedMs,
    nodesPerSecond: Math.round((read * 1000) / Math.max(1, elapsedMs)),
    // maxRSS is in KiB: https://nodejs.org/api/process.html#processresourceusage
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    files: account.files,
    readableStorage: [...new Set(sources.flatMap(({ directories }) => directories))],
    rejectsFile: options.keepsRejects === true ? null : result.rejectsFile,
  };
}

/** Two parts of one load. */
export function addLoads(a: LoadReport, b: LoadReport): LoadReport {
  return {
    mode: a.mode === "offline" || b.mode === "offline" ? "offline" : "online",
    triggers: b.triggers,
    nodes: {
      read: a.nodes.read + b.nodes.read,
      inserted: a.nodes.inserted + b.nodes.inserted,
      updated: a.nodes.updated + b.nodes.updated,
      unchanged: a.nodes.unchanged + b.nodes.unchanged,
      skipped: a.nodes.skipped + b.nodes.skipped,
      rejected: a.nodes.rejected + b.nodes.rejected,
    },
    dataSources: { inserted: a.dataSources.inserted + b.dataSources.inserted },
    structures: { inserted: a.structures.inserted + b.structures.inserted },
    assets: { inserted: a.assets.inserted + b.assets.inserted },
    closure: {
      strategy: a.closure.strategy === "rebuild" ? "rebuild" : b.closure.strategy,
      rows: a.closure.rows + b.closure.rows,
      elapsedMs: a.closure.elapsedMs + b.closure.elapsedMs,
    },
    phases: addPhases(a.phases, b.phases),
  };
}

function addPhases(a: readonly PhaseTime[], b: readonly PhaseTime[]): PhaseTime[] {
  const sums = new Map<PhaseTime["name"], PhaseTime>();
  for (const { name, elapsedMs, rows } of [...a, ...b]) {
    const sum = sums.get(name);
    sums.set(name, {
      name,
      elapsedMs: elapsedMs + (sum?.elapsedMs ?? 0),
      rows: rows + (sum?.rows ?? 0),
    });
  }
  return [...sums.values()];
}
