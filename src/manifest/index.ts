// The room's face: dataset descriptions (YAML) and node records (NDJSON). Knows no database and no HDF5.

export { checkKey } from "./checkKey.ts";
export { keyFromLabel } from "./dataset/describeDataset.ts";
export { readDatasetFile } from "./dataset/readDatasetFile.ts";
export type {
  ArtifactDataset,
  DatasetDescription,
  JsonEntry,
  Layout,
  ParameterLocation,
  TypedDataset,
} from "./dataset/types.ts";
export { fileUri } from "./fileUri.ts";
export type { Problem, ProblemCode } from "./problem.ts";
export { type ReadOptions, readNodeRecords } from "./records/readNodeRecords.ts";
export type {
  Asset,
  DataSource,
  FileReference,
  Management,
  NodeLine,
  NodeRecord,
  RefusedLine,
  StructureFamily,
} from "./records/types.ts";
