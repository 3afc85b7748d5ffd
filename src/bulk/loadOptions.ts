// What a load can be told, and what it tells.

import type { ClientBase } from "pg";
import { CopycatError } from "../errors.ts";
import type { TableFacts } from "./tableFacts.ts";
import { type MergePolicy, mergePolicies, type RejectedRow } from "./types.ts";

export interface BulkProgress {
  /** `copy` while rows are sent, `settle` while duplicates are looked for, `merge` while staged rows go in. */
  phase: "copy" | "settle" | "merge";
  /** Records read so far; in the phase `merge` rows merged so far. */
  rows: number;
  /** Bytes of COPY data sent so far. */
  bytes: number;
  rejected: number;
  elapsedMs: number;
  rowsPerSecond: number;
  /** Time left, when `totalRows` was given; else null. */
  etaMs: number | null;
}

export interface RejectOptions {
  /** Told of each row that does not go in; a promise is waited for. */
  onReject?: (reject: RejectedRow) => void | Promise<void>;
  /** `abort` turns the first reject into an error with nothing changed. Default `reject`. */
  onError?: "reject" | "abort";
  /** More rejects than this are an error with nothing changed. Default: no limit. */
  maxRejects?: number;
  /** What a field that is no column does to its record. Default `reject`: else a mistyped name would lose data. */
  extraFields?: "reject" | "ignore";
}

/** What is done inside a load's transaction when all rows are in. Whatever it throws takes the rows back. */
export type BeforeCommit<Report> = (client: ClientBase, report: Report) => Promise<void>;

export interface BulkLoadOptions extends RejectOptions {
  policy: MergePolicy;
  /** Default `auto`: the format that was measured to be the faster one for the columns' types. */
  format?: "auto" | "text" | "binary";
  /**
   * Default `auto`: rows go straight into the table until one meets its like there, then through staging.
   * An input of 100 rows or less is one statement. `staged` sends all rows through staging: COPY into a temp table, merge with ON CONFLICT.
   */
  path?: "auto" | "staged";
  /** Commits each time so many rows are in, instead of once at the end; needs a Database. */
  commitEvery?: number;
  /**
   * Name of this load in the ledger, with `commitEvery`. A load of the same name goes on after the last commit;
   * one that was finished does nothing again.
   */
  loadId?: string;
  /** Connections that load side by side, with `commitEvery`; rows of one key always take the same. Default 1. */
  connections?: number;
  /** Rows a batch at most; default 20,000, which bounds what one bad row costs. */
  batchRows?: number;
  /** Tries of what the server gave up on for a reason that passes (deadlock, restart, lost connection). Default 5. */
  attempts?: number;
  /**
   * What `inspectTable` said of the table, by a program that loads small batches often and knows that the table stays as
   * it is: spares the query that each load begins with.
   */
  facts?: TableFacts;
  /** For the ETA. */
  totalRows?: number;
  onProgress?: (progress: BulkProgress) => void;
  /** Called before records are read a second time, after a failure that passes; rejects come again. */
  onRestart?: () => void;
  /**
   * Called at the end of the load's transaction, inside it, with the counts: for what must be in with the rows, or not at
   * all. A small input gets a transaction then, too; again when the load is tried again. Not with `commitEvery`.
   */
  beforeCommit?: BeforeCommit<BulkReport>;
  /** Stops the load at any moment: nothing half done, the connection usable or closed. */
  signal?: AbortSignal;
}

/** What became of the records. `read` is the sum of the others. */
export interface BulkReport {
  read: number;
  inserted: number;
  updated: number;
  /** Under `update`: rows that were there already and equal. Nothing was written for them. */
  unchanged: number;
  /** Under `skip`: rows whose key was there already. */
  skipped: number;
  /** Rows whose key stands more than once in the input, but for the one that counts. */
  duplicates: number;
  rejected: number;
}

export const emptyReport = (): BulkReport => ({
  read: 0,
  inserted: 0,
  updated: 0,
  unchanged: 0,
  skipped: 0,
  duplicates: 0,
  rejected: 0,
});

const counts = ["batchRows", "commitEvery", "connections", "attempts"] as const;

/** @throws CopycatError USAGE, before anything is read or sent. */
export function checkLoadOptions(options: BulkLoadOptions): void {
  const refuse = (message: string): never => {
    throw new CopycatError("USAGE", message);
  };
  if (!mergePolicies.includes(options.policy)) {
    refuse(`Unknown merge policy "${options.policy}"; use ${mergePolicies.join(", ")}.`);
  }
  for (const name of counts) {
    const value = options[name];
    if (value !== undefined && (!Number.isSafeInteger(value) || value < 1)) {
      refuse(`${name} is ${value}; it must be a whole number of at least 1.`);
    }
  }
  checkRejectOptions(options);
  if (options.commitEvery === undefined) {
    if (options.loadId !== undefined) refuse("loadId names a load in the ledger; give commitEvery as well.");
    if ((options.connections ?? 1) > 1) {
      refuse("Several connections cannot share one transaction; give commitEvery as well.");
    }
  } else if (options.beforeCommit !== undefined) {
    refuse("beforeCommit needs one transaction for all rows; leave commitEvery out.");
  }
}

/** @throws CopycatError USAGE */
export function checkRejectOptions({ maxRejects }: RejectOptions): void {
  if (maxRejects !== undefined && (!Number.isSafeInteger(maxRejects) || maxRejects < 0)) {
    throw new CopycatError("USAGE", `maxRejects is ${maxRejects}; it must be a whole number of at least 0.`);
  }
}
