// The room's face: finding files by words and tags.

export type { FileQuery } from "./condition.ts";
export { type FoundFiles, type SearchFilesOptions, searchFiles } from "./searchFiles.ts";
