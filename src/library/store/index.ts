// The store of libraries in PostgreSQL.

export type { ApplyScanReport, ScanChanges, ScanFailure } from "./applyScan.ts";
export type { BatchCollector, BatchKind } from "./batchOperation.ts";
export { type FileRow, fileColumns, fileOfRow } from "./fileRow.ts";
export type { SimilarFile, SimilarityKey, SimilarityOptions } from "./findSimilar.ts";
export { inspectLibraryStore, type LibraryStoreFacts } from "./inspectStore.ts";
export { deleteLibrary, type LibraryFacts, listLibraries, setLibraryRoot } from "./libraries.ts";
export { type ActiveOption, Library } from "./library.ts";
export type { KnownFile } from "./listFiles.ts";
export { listFilesByIds } from "./listFilesByIds.ts";
export { listTitles, type TitleOfArtist } from "./listTitles.ts";
export { type OpenLibraryOptions, openLibrary } from "./openLibrary.ts";
export type { BatchOptions } from "./options.ts";
export type { LibraryStatistics } from "./statistics.ts";
export { defaultLibrary, defaultSchema } from "./tables.ts";
export type { Vetting, VettingInput } from "./vettings.ts";
