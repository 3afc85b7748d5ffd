// What became of the parts of a load.

import { type BulkReport, emptyReport } from "../../bulk/index.ts";

/** Counts add up: every part that was read is in exactly one of the others. */
export interface LoadCounts extends BulkReport {
  /** Updates that went in or were replaced. */
  updates: number;
  /** Initial datasets that went in or were replaced. */
  initialDatasets: number;
  /** Arrays that were sent, of updates and of initial datasets. */
  arrays: number;
  /** Bytes that were sent for those of updates: compressed where that pays, rows included. */
  bytes: number;
}

export const noCounts = (): LoadCounts => ({
  ...emptyReport(),
  updates: 0,
  initialDatasets: 0,
  arrays: 0,
  bytes: 0,
});

export function addCounts(a: LoadCounts, b: LoadCounts): LoadCounts {
  const sum = { ...a };
  for (const key of Object.keys(a) as (keyof LoadCounts)[]) sum[key] += b[key];
  return sum;
}
