// The reports of several groups as one.

import type { LoadReport } from "../catalog/index.ts";
import { wrapDatabaseError } from "../database/index.ts";
import { CopycatError, type ErrorCode, errorMessage } from "../errors.ts";
import type { NameSetting } from "../wording.ts";
import type { GroupResult } from "./ingestAll.ts";
import { addLoads } from "./report.ts";
import { type FileReport, type IngestReport, noFiles } from "./types.ts";

/** A group that failed. */
export interface FailedDataset {
  dataset: string;
  inputs: readonly string[];
  status: "failed";
  error: { code: ErrorCode; message: string; details: readonly string[] };
}

/** The keys of a report, added up. Without any report `mode`, `triggers` and `strategy` are null. */
export interface SummedReport extends Omit<IngestReport, "run" | "mode" | "triggers" | "closure"> {
  run: null;
  mode: IngestReport["mode"] | null;
  triggers: IngestReport["triggers"] | null;
  closure: { strategy: IngestReport["closure"]["strategy"] | null; rows: number; elapsedMs: number };
  /** In the order of the inputs. */
  datasets: (IngestReport | FailedDataset)[];
}

/**
 * `failed` when any group failed, else `completed_with_rejects` when any has rejects.
 *
 * @param name how settings are called in what groups failed with; default: as in a program
 */
export function sumReports(results: readonly GroupResult[], name?: NameSetting): SummedReport {
  const reports = results.flatMap(({ report }) => (report === null ? [] : [report]));
  const loaded = sumLoads(reports);
  const elapsedMs = reports.reduce((sum, report) => sum + report.elapsedMs, 0);
  const rejectsFiles = new Set(reports.flatMap(({ rejectsFile }) => rejectsFile ?? []));
  const [rejectsFile = null] = rejectsFiles;
  return {
    run: null,
    status: sumStatus(results),
    dataset: results.map(({ group, report }) => report?.dataset ?? group.name).join(", "),
    source: [...new Set(reports.map(({ source }) => source))].join(", "),
    dryRun: reports.some(({ dryRun }) => dryRun),
    ...loaded,
    elapsedMs,
    nodesPerSecond: Math.round((loaded.nodes.read * 1000) / Math.max(1, elapsedMs)),
    peakRssBytes: Math.max(0, ...reports.map(({ peakRssBytes }) => peakRssBytes)),
    files: sumFiles(reports),
    readableStorage: [...new Set(reports.flatMap(({ readableStorage }) => readableStorage))],
    // Without --rejects each run has a file of its own; they stand in its report.
    rejectsFile: rejectsFiles.size === 1 ? rejectsFile : null,
    datasets: results.map((result) => toDataset(result, name)),
  };
}

type Loads = Pick<SummedReport, keyof LoadReport>;

function sumLoads(reports: readonly IngestReport[]): Loads {
  const [first, ...others] = reports;
  if (first !== undefined) return others.reduce<LoadReport>(addLoads, addLoads(noLoad, first));
  return { ...noLoad, mode: null, triggers: null, closure: { ...noLoad.closure, strategy: null } };
}

/** Takes the mode and the strategy of what is added to it. */
const noLoad: LoadReport = {
  mode: "online",
  triggers: "disable",
  nodes: { read: 0, inserted: 0, updated: 0, unchanged: 0, skipped: 0, rejected: 0 },
  dataSources: { inserted: 0 },
  structures: { inserted: 0 },
  assets: { inserted: 0 },
  closure: { strategy: "delta", rows: 0, elapsedMs: 0 },
  phases: [],
};

function sumFiles(reports: readonly IngestReport[]): FileReport {
  const sum = { ...noFiles };
  for (const { files } of reports) {
    for (const name of Object.keys(sum) as (keyof FileReport)[]) sum[name] += files[name];
  }
  return sum;
}

function sumStatus(results: readonly GroupResult[]): IngestReport["status"] {
  if (results.some(({ report }) => report === null)) return "failed";
  const hasRejects = results.some(({ report }) => report?.status === "completed_with_rejects");
  return hasRejects ? "completed_with_rejects" : "completed";
}

function toDataset(
  { group, report, error: thrown }: GroupResult,
  name: NameSetting | undefined,
): IngestReport | FailedDataset {
  if (report !== null) return report;
  const error = wrapDatabaseError(thrown, "PostgreSQL refused");
  return {
    dataset: group.name,
    inputs: group.inputs,
    status: "failed",
    error: {
      code: error instanceof CopycatError ? error.code : "INTERNAL",
      message: errorMessage(error, name),
      details: error instanceof CopycatError ? error.details : [],
    },
  };
}
