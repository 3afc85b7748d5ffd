// File formats of simulations, and how they are told apart. Knows no database.

export { type DetectedFormat, detectSimulationFormat, type SimulationFormat } from "./detectFormat.ts";
export { findFolders } from "./folder/findFolders.ts";
export { type FolderSourceOptions, openFolder } from "./folder/folderSource.ts";
export { type EnumNames, enums, type SpecialValues, specialValues } from "./general.ts";
export { isObject, Mistake } from "./mistake.ts";
export { parseJson, stringifyJson } from "./parseJson.ts";
export { openSqliteSource } from "./sqlite/sqliteSource.ts";
export { type FileSource, RefusedPart, type SourceOptions, type UpdateEntry } from "./types.ts";
export { parseUpdate } from "./updateDocument.ts";
