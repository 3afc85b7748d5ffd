export { type ExampleOptions, writeExample } from "./example/writeExample.ts";
export { checkInputs, ingest } from "./ingest.ts";
export type { IngestOptions, IngestProgress, IngestReport } from "./types.ts";
export { verifyFiles } from "./verifyFiles.ts";
