// The room's face: memory entries, patterns and trajectories, with embeddings. Knows no files but its own inputs.

export {
  type BuildIndexOptions,
  type BuiltIndex,
  buildMemoryIndex,
  type IndexProgress,
} from "./buildMemoryIndex.ts";
export {
  bulkInsertMemoryEntries,
  bulkInsertPatterns,
  bulkInsertTrajectories,
  type Input,
} from "./bulkInsert.ts";
export { type EmbeddingChoice, embeddingChoices } from "./chooseEmbedding.ts";
export { deleteExpired, deleteMemory, deleteNamespace } from "./deleteMemory.ts";
export { defaultDimensions, type EnsuredStore, type EnsureOptions, ensureMemory } from "./ensureMemory.ts";
export { type ExportOptions, exportMemory } from "./exportMemory.ts";
export { inspectMemory, type MemoryFacts } from "./inspectMemory.ts";
export { checkMemoryInput, type LoadFileOptions, type LoadFileReport, loadMemoryFile } from "./loadFile.ts";
export { loadMemory, type MemoryLoadOptions, type MemoryProgress } from "./loadMemory.ts";
export {
  countMemories,
  type ListOptions,
  listMemories,
  listNamespaces,
  type MemoryPage,
  type NamespaceSummary,
  type RetrievedEntry,
  retrieveMemory,
} from "./readEntries.ts";
export { type SearchOptions, searchMemory } from "./searchMemory.ts";
export { searchMemoryWords } from "./searchWords.ts";
export {
  defaultSchema,
  type MemoryStore,
  type MemoryTarget,
  readMemoryStore,
  type StoreOptions,
} from "./store.ts";
export { type StoreMemoryOptions, storeMemory } from "./storeMemory.ts";
export * from "./types.ts";
