// What is recorded of a run.

/** Counts of a run; those of a run that commits in parts grow with each part. */
export interface RunCounts {
  nodes: {
    read: number;
    inserted: number;
    updated: number;
    unchanged: number;
    skipped: number;
    rejected: number;
  };
  dataSources: { inserted: number };
  structures: { inserted: number };
  assets: { inserted: number };
  closure: { rows: number };
  files: {
    read: number;
    unchanged: number;
    changed: number;
    moved: number;
    vanished: number;
    pruned: number;
  };
}

/** What is known of a run when it begins. */
export interface RunStart {
  id: string;
  /** Schema of the catalog's tables. */
  catalogSchema: string;
  /** Keys of what it fills and labels, as the report has them; `finish` corrects both. */
  dataset: string;
  source: string;
  /** Absolute paths; "-" is standard input. */
  inputs: readonly string[];
  /** What was asked for, so that a run that is taken up does the same. Becomes JSON. */
  options: Record<string, unknown>;
  /** Where rejects go. */
  rejectsFile: string | null;
}

export const endStatuses = ["completed", "completed_with_rejects", "failed"] as const;

export type EndStatus = (typeof endStatuses)[number];

/** `interrupted`: it did not end, and the process that ran it is gone. */
export const runStatuses = ["running", "interrupted", ...endStatuses] as const;

export type RunStatus = (typeof runStatuses)[number];

export interface RunSummary {
  id: string;
  status: RunStatus;
  dataset: string;
  source: string;
  inputs: string[];
  startedAt: Date;
  finishedAt: Date | null;
  /** Time worked, as far as it was told: of an interrupted run until its last commit; null before the first. */
  elapsedMs: number | null;
  /** Of copycat. */
  version: string;
  databaseUser: string;
  systemUser: string;
  /** Name of the service's key that sent it; null when no key did. */
  by: string | null;
  host: string;
  processId: number;
  counts: RunCounts;
  /** Parts that are in, of a run that commits in parts. */
  commits: number;
  rejectsFile: string | null;
  /** What ended a failed run. */
  error: string | null;
}

export interface RunDetails extends RunSummary {
  catalogSchema: string;
  options: Record<string, unknown>;
  /** Where a run that commits in parts goes on. */
  position: unknown;
  /** The report of a run that ended well, as `ingest` gave it. */
  report: object | null;
}
