export { treeTable } from "./copy/copiedTables.ts";
export { type CopyOptions, copyDataset, newNodeIdSql } from "./copy/copyDataset.ts";
export { compareDigests, digestDataset, digestSql, type TableDigest } from "./copy/digestDataset.ts";
export { refuseForeignRows } from "./copy/strangers.ts";
export { collectTree, findDataset } from "./copy/tree.ts";
export { countDatasets, type DatasetCount } from "./countDatasets.ts";
export { deleteTrees } from "./deleteTrees.ts";
export {
  type CatalogState,
  catalogMigrationSet,
  ensureCatalog,
  readCatalogState,
  requireCatalog,
  writableRevisions,
} from "./ensureCatalog.ts";
export { type DataSourceDetails, getNode, type NodeDetails } from "./findNode.ts";
export { vacuumCatalog } from "./finishLoad.ts";
export { type ArraySource, listArraySources } from "./listArraySources.ts";
export { listArraysOfOtherFiles } from "./listOtherFiles.ts";
export { listStaleArrays } from "./listStaleArrays.ts";
export { loadNodes, type NodeBatches } from "./loadNodes.ts";
export { type LockOptions, lockWriters } from "./lockWriters.ts";
export { prepareTransaction } from "./prepareTransaction.ts";
export { addPromotedKey } from "./promoted/addPromotedKey.ts";
export { type Advice, advisePromotedKeys } from "./promoted/advisePromotedKeys.ts";
export { dropPromotedKey } from "./promoted/dropPromotedKey.ts";
export { listPromotedKeys } from "./promoted/listPromotedKeys.ts";
export { forceCustomPlans, type PlanCache } from "./promoted/planCache.ts";
export { formatTarget, parseJsonPath, parseKeyPath } from "./promoted/target.ts";
export type { AddedKey, PromotedKey, PromotedKind, PromotedTarget } from "./promoted/types.ts";
export { arrayTable, describeArray } from "./read/arrayTable.ts";
export { arrayLines } from "./read/arrayText.ts";
export { type ListedLocator, type ListOptions, listLocators } from "./read/listLocators.ts";
export { locatorsCsv, locatorsJson, locatorsNdjson } from "./read/locatorText.ts";
export { readArray } from "./read/readArray.ts";
export { readMany } from "./read/readMany.ts";
export type { CatalogArray, ReadManyOptions, ReadOptions, WantedArrays } from "./read/types.ts";
export { type ArrayFormat, arrayFormats, arrayPieces, formatOfName, writeArray } from "./read/writeArray.ts";
export { type LocatorFormat, locatorFormats, writeLocators } from "./read/writeLocators.ts";
export { type Repaired, type RepairOptions, type RepairReport, repairCatalog } from "./repair.ts";
export {
  and,
  fullText,
  type KeyConditions,
  key,
  nodeKey,
  not,
  or,
  spec,
  structureFamily,
} from "./search/build.ts";
export type { Condition, KeyPath } from "./search/condition.ts";
export { parseIn, parseKey, parseKeys, parseSortKey, parseWhere } from "./search/parseWhere.ts";
export { asPlace, type Place, readCursor, writeCursor } from "./search/place.ts";
export { findPlaced, type PlacedNode, streamPlaced } from "./search/placedNodes.ts";
export { checkSort } from "./search/resolve.ts";
export { runSearch } from "./search/run.ts";
export { checkLimit, countNodes, type PageQuery, searchNodes, streamNodes } from "./search/searchNodes.ts";
export type { FoundNode, SearchPage, SearchQuery, SortKey, ValueCount } from "./search/types.ts";
export {
  byFacet,
  checkFacets,
  distinctValues,
  type FacetText,
  type FacetValue,
  facets,
  listFacetTexts,
} from "./search/values.ts";
export { type CreatedView, createView } from "./sources/createView.ts";
export { listSources } from "./sources/listSources.ts";
export { dropView, type ListedView, listViews } from "./sources/manageViews.ts";
export { type RefreshedView, refreshViews } from "./sources/refreshViews.ts";
export type { SourceFacts, SourceKey } from "./sources/sourceProfile.ts";
export { defaultViewSchema } from "./sources/viewRecords.ts";
export {
  countBlocks,
  hashStructure,
  makeArrayStructure,
  maxBlockBytes,
  maxBlocks,
  type StructureRecord,
} from "./structure.ts";
export { type CatalogNames, catalogNames } from "./tables.ts";
export {
  joinTiledTrees,
  makeTiledConfig,
  makeTiledTree,
  type TiledConfig,
  type TiledConfigOptions,
  tiledConfigMark,
} from "./tiledConfig.ts";
export { topTable } from "./tops.ts";
export * from "./types.ts";
export { type VerifyCheck, type VerifyReport, verifyCatalog } from "./verify.ts";
