// Arrays behind nodes, for those who only read: a fraction of what loads take to import.

export { arrayTable, describeArray } from "./arrayTable.ts";
export { arrayLines } from "./arrayText.ts";
export { type ListedLocator, type ListOptions, listLocators } from "./listLocators.ts";
export { locatorsCsv, locatorsJson, locatorsNdjson } from "./locatorText.ts";
export { readArray } from "./readArray.ts";
export { readMany } from "./readMany.ts";
export type { CatalogArray, ReadManyOptions, ReadOptions, WantedArrays } from "./types.ts";
export { type ArrayFormat, arrayFormats, arrayPieces, formatOfName, writeArray } from "./writeArray.ts";
export { type LocatorFormat, locatorFormats, writeLocators } from "./writeLocators.ts";
