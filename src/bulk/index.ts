export { type BulkLoadOptions, type BulkReport, bulkLoad } from "./bulkLoad.ts";
export { type CopyResult, copyLines, copyStatement } from "./copyRows.ts";
export { makeRowEncoder } from "./encodeText.ts";
export { mergeSql } from "./sql/merge.ts";
export { analyzeStagingSql, createStagingSql } from "./sql/staging.ts";
export * from "./types.ts";
