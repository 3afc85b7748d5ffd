export {
  type CatalogState,
  ensureCatalog,
  readCatalogState,
  requireCatalog,
  writableRevisions,
} from "./ensureCatalog.ts";
export { loadNodes, type NodeBatches } from "./loadNodes.ts";
export { hashStructure, makeArrayStructure, maxBlockBytes, type StructureRecord } from "./structure.ts";
export * from "./types.ts";
