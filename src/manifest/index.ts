// The room's face: dataset descriptions (YAML), tables and node records (NDJSON). Knows no database and no HDF5.

export { checkKey } from "./checkKey.ts";
export { keyFromLabel } from "./dataset/describeDataset.ts";
export { readDatasetFile } from "./dataset/readDatasetFile.ts";
export { readKeys, readYaml } from "./dataset/readYaml.ts";
export { normaliseHdf5Path } from "./dataset/sections.ts";
export type {
  ArtifactDataset,
  DatasetDescription,
  JsonEntry,
  Layout,
  ManifestTables,
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
export { cellText } from "./tables/cells.ts";
export { openTable } from "./tables/openTable.ts";
export { blockOfRows } from "./tables/rowBlock.ts";
export { type Table, type TableBlock, type TableColumn, TableRow } from "./tables/types.ts";
