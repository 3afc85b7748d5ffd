export { BinaryBuffer } from "./binaryBuffer.ts";
export {
  type BulkChangeOptions,
  type BulkDeleteReport,
  type BulkUpdateReport,
  bulkDelete,
  bulkUpdate,
} from "./bulkChange.ts";
export { bulkLoad } from "./bulkLoad.ts";
export { bulkLookup } from "./bulkLookup.ts";
export { BulkWriter, type BulkWriterOptions } from "./bulkWriter.ts";
export { binaryHeader, binaryTrailer } from "./copyBatch.ts";
export {
  type CopyChunk,
  type CopyFormat,
  type CopyResult,
  chunkBytes,
  copyChunks,
  copyLines,
  copyStatement,
} from "./copyRows.ts";
export { type CopyPart, copyTogether } from "./copyTogether.ts";
export { describeTable } from "./describeTable.ts";
export { makeRowEncoder } from "./encodeText.ts";
export { inspectTable } from "./inspectTable.ts";
export type { LoadTarget } from "./inTransaction.ts";
export {
  type BeforeCommit,
  type BulkLoadOptions,
  type BulkProgress,
  type BulkReport,
  emptyReport,
  type RejectOptions,
} from "./loadOptions.ts";
export { readRecords } from "./readRecords.ts";
export { RefusedRecord } from "./refusedRecord.ts";
export { isShardRefusal } from "./rejects.ts";
export { type AsideObject, type AsideTable, bringBack, setAside } from "./setAside.ts";
export { mergeSql } from "./sql/merge.ts";
export { analyzeStagingSql, createStagingSql, type StagingPlace, stagingWords } from "./sql/staging.ts";
export type { TableFacts } from "./tableFacts.ts";
export * from "./types.ts";
