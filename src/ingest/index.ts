export { ingest } from "./ingest.ts";
export type { IngestOptions, IngestProgress, IngestReport } from "./types.ts";
