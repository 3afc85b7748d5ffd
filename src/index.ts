// The public face of the library.

export {
  type BulkChangeOptions,
  type BulkDeleteReport,
  type BulkLoadOptions,
  type BulkProgress,
  type BulkReport,
  type BulkUpdateReport,
  BulkWriter,
  type BulkWriterOptions,
  bulkDelete,
  bulkLoad,
  bulkLookup,
  bulkUpdate,
  type Column,
  describeTable,
  type MergePolicy,
  type Records,
  type RejectedRow,
  type Row,
  readRecords,
  type TableDescription,
} from "./bulk/index.ts";
export {
  ensureCatalog,
  getNode,
  loadNodes,
  makeArrayStructure,
  type NodeRecord,
  type Reject,
  searchNodes,
  verifyCatalog,
} from "./catalog/index.ts";
export { startEmbedded, stopEmbedded } from "./database/embedded/index.ts";
export { type Database, openDatabase, withTransaction } from "./database/index.ts";
export { CopycatError, type ErrorCode } from "./errors.ts";
export { type IngestOptions, type IngestReport, ingest } from "./ingest/index.ts";
