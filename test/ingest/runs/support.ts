// Runs to record, and reports that end them.

import { randomUUID } from "node:crypto";
import type { IngestReport } from "../../../src/ingest/index.ts";
import type { RunStart } from "../../../src/ingest/runs/index.ts";
import { noFiles } from "../../../src/ingest/types.ts";

export function makeStart(change: Partial<RunStart> = {}): RunStart {
  return {
    id: randomUUID(),
    catalogSchema: "public",
    dataset: "VDP",
    source: "VDP",
    inputs: ["/data/vdp.yaml"],
    options: { policy: "update", limit: null },
    rejectsFile: "/data/rejects.ndjson",
    ...change,
  };
}

export function makeReport(change: Partial<IngestReport> = {}): IngestReport {
  return {
    run: "r",
    status: "completed",
    dataset: "VDP",
    source: "VDP",
    dryRun: false,
    mode: "offline",
    triggers: "disable",
    nodes: { read: 10, inserted: 7, updated: 1, unchanged: 2, skipped: 0, rejected: 0 },
    dataSources: { inserted: 5 },
    structures: { inserted: 1 },
    assets: { inserted: 4 },
    closure: { strategy: "rebuild", rows: 30, elapsedMs: 9 },
    phases: [{ name: "read", elapsedMs: 3, rows: 10 }],
    elapsedMs: 100,
    nodesPerSecond: 100,
    peakRssBytes: 1,
    files: { ...noFiles, read: 4 },
    readableStorage: ["/data"],
    rejectsFile: null,
    ...change,
  };
}
