// The room's face: updates and initial datasets of simulations, with their arrays, and the results over time.

export * from "./arrays/index.ts";
export * from "./collector/index.ts";
export * from "./export/index.ts";
export {
  type DetectedFormat,
  detectSimulationFormat,
  type EnumNames,
  enums,
  type FileSource,
  type FolderSourceOptions,
  openFolder,
  openSqliteSource,
  type RefusedPart,
  type SimulationFormat,
  type SourceOptions,
  type SpecialValues,
  specialValues,
} from "./formats/index.ts";
export { openHdf5Simulation } from "./hdf5/index.ts";
export * from "./load/index.ts";
export { type OpenResultsOptions, openSimulationResults } from "./open.ts";
export * from "./results/index.ts";
export * from "./store/index.ts";
export * from "./types.ts";
