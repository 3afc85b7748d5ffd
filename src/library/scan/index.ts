// From folders into the library: walk, tags, hashes, and what changed since the last time.

export { type FileReaders, openReaders } from "./readers.ts";
export { readFile } from "./readFile.ts";
export { scanLibrary } from "./scanLibrary.ts";
export {
  type FileReject,
  isReject,
  type ReadFileOptions,
  type ReadResult,
  type RejectCode,
  type ScanKind,
  type ScanOptions,
  type ScanProgress,
  type ScanReject,
  type ScanReport,
} from "./types.ts";
export { type VerifyOptions, type VerifyReport, verifyLibrary } from "./verifyLibrary.ts";
export { type FoundItem, type ListFolderOptions, listFolder } from "./walk.ts";
