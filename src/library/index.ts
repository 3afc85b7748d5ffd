// The room's face: files with tags and hashes, looked up by thousands.

export * from "./duplicates/index.ts";
export * from "./export/index.ts";
export { contentHash, fullHash, metadataHash, type Tags } from "./hashes.ts";
export * from "./load/index.ts";
export { artistKey, normaliseTitle, titleKey } from "./normalise.ts";
export { decodePath, encodePath, filenameOf, isStorableText, stemOf, suffixOf } from "./paths.ts";
export { similarity } from "./ratio.ts";
export { fromDict, makeLibraryFile, metadataKey, sizeMb } from "./record.ts";
export * from "./scan/index.ts";
export * from "./search/index.ts";
export * from "./store/index.ts";
export * from "./types.ts";
