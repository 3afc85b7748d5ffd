export { type ExampleOptions, writeExample } from "./example/writeExample.ts";
export {
  copyFiles,
  type DatasetOfCatalog,
  digestFiles,
  forgetFiles,
  hasAccount,
} from "./files/copyFiles.ts";
export { checkGroups, type InputGroup, listDatasets, nameGroup, requireOne } from "./groups.ts";
export { checkInputs, ingest, resumeIngest } from "./ingest.ts";
export { type GroupProgress, type GroupResult, type IngestAllOptions, ingestAll } from "./ingestAll.ts";
export { formatDraft } from "./inspect/formatDraft.ts";
export {
  defaultSample,
  type InspectOptions,
  type InspectProgress,
  inspectFiles,
} from "./inspect/inspectFiles.ts";
export type { Findings } from "./inspect/types.ts";
export { type PublishOptions, publishFile } from "./publishFile.ts";
export {
  getRun,
  type ListRunsOptions,
  listRuns,
  type RunCounts,
  type RunDetails,
  type RunStatus,
  type RunSummary,
  runStatuses,
} from "./runs/index.ts";
export { type FailedDataset, type SummedReport, sumReports } from "./sumReports.ts";
export type { FileReport, IngestOptions, IngestProgress, IngestReport } from "./types.ts";
export { verifyFiles } from "./verifyFiles.ts";
export type { DatabaseSource } from "./watch/connection.ts";
export type {
  BatchEvent,
  FailedBatchEvent,
  WatchEvent,
  WatchFailure,
  WatchIngestOptions,
  WatchOptions,
  WatchSummary,
} from "./watch/types.ts";
export { watchDataset } from "./watch/watchDataset.ts";
