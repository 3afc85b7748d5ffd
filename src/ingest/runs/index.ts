export { addCounts, noCounts, type SomeCounts } from "./counts.ts";
export { getRun, type ListRunsOptions, listRuns } from "./listRuns.ts";
export { type ResumedRun, RunRecord } from "./record.ts";
export {
  type RunCounts,
  type RunDetails,
  type RunStart,
  type RunStatus,
  type RunSummary,
  runStatuses,
} from "./types.ts";
