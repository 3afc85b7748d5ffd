export {
  type CatalogState,
  ensureCatalog,
  readCatalogState,
  requireCatalog,
  writableRevisions,
} from "./ensureCatalog.ts";
export { type DataSourceDetails, getNode, type NodeDetails } from "./findNode.ts";
export { type ArraySource, listArraySources } from "./listArraySources.ts";
export { loadNodes, type NodeBatches } from "./loadNodes.ts";
export { type Filter, parseFilter } from "./search/filter.ts";
export { type FoundNode, type SearchOptions, searchNodes } from "./search/searchNodes.ts";
export { hashStructure, makeArrayStructure, maxBlockBytes, type StructureRecord } from "./structure.ts";
export * from "./types.ts";
export { type VerifyCheck, type VerifyReport, verifyCatalog } from "./verify.ts";
