// The statements as files, so that a change of SQL is seen in review. They run in the tests of loadNodes and verify.

import { describe, expect, test } from "vitest";
import { rejectAccessBlobsSql } from "../../src/catalog/rejectAccessBlobs.ts";
import { listLongKeysSql, rejectLongKeysSql } from "../../src/catalog/rejectLongKeys.ts";
import { countUnreachedSql, insertClosureSql } from "../../src/catalog/sql/closure.ts";
import {
  collectDoomedAssetsSql,
  collectDoomedSql,
  deleteDoomedAssetsSql,
  deleteDoomedSql,
  deleteEmptySql,
  listParentsSql,
} from "../../src/catalog/sql/deleteTrees.ts";
import {
  addDataSourcesSql,
  countRenewedSql,
  deleteUnlinkedAssetsSql,
  insertAssociationsSql,
  insertDataSourcesSql,
  insertMoreAssociationsSql,
  listNewSourcesSql,
  lockAssetsSql,
  lockStructuresSql,
  lockUnlinkedAssetsSql,
  mergeAssetsSql,
  mergeMoreAssetsSql,
  mergeStructuresSql,
  numberClashesSql,
  updateAssetSizesSql,
  updateDataSourcesSql,
} from "../../src/catalog/sql/mergeData.ts";
import {
  insertNodesSql,
  insertRevisionsSql,
  markChangedSql,
  mergeNodesSql,
  updateNodesSql,
} from "../../src/catalog/sql/mergeNodes.ts";
import { deleteMovedClosureSql, insertMovedClosureSql, moveNodesSql } from "../../src/catalog/sql/moves.ts";
import {
  findFileTwinsSql,
  insertPlainAssetsSql,
  insertPlainAssociationsSql,
  insertPlainNodesSql,
  insertPlainSourcesSql,
} from "../../src/catalog/sql/plain.ts";
import {
  addParentsSql,
  createWorkTablesSql,
  findAttachPointsSql,
  findTwinsSql,
  listRejectsSql,
  markDuplicatesSql,
  markOrphansSql,
  rejectTakenPathsSql,
  resolveLevelSql,
  sequencesSql,
} from "../../src/catalog/sql/resolve.ts";
import { drawIdsSql, findLevelSql, giveIdsSql, listClashesSql } from "../../src/catalog/sql/resolveApart.ts";
import { strangersSql } from "../../src/catalog/sql/strangers.ts";
import { closureSummarySql, expectedClosureSql, invariants } from "../../src/catalog/sql/verify.ts";
import { type CatalogTarget, catalogNames } from "../../src/catalog/tables.ts";

const names: CatalogTarget = { ...catalogNames("public"), hasAccessBlob: true, isDistributed: false };
/** As Tiled makes it since 0.2.19. */
const withTags: CatalogTarget = { ...names, hasAccessBlob: false };

const statements: Record<string, string> = {
  "closure-delta": insertClosureSql(names, "delta"),
  "closure-rebuild": insertClosureSql(names, "rebuild"),
  "closure-unreached": countUnreachedSql(names),
  "resolve-work-tables": createWorkTablesSql("temp"),
  "resolve-twins": findTwinsSql,
  "resolve-taken-paths": rejectTakenPathsSql,
  "resolve-duplicates-first": markDuplicatesSql("first"),
  "resolve-duplicates-last": markDuplicatesSql("last"),
  "resolve-attach-points": findAttachPointsSql(names),
  "resolve-level": resolveLevelSql(names, { dryRun: false, hasMoves: false }),
  "resolve-level-dry-run": resolveLevelSql(names, { dryRun: true, hasMoves: false }),
  "resolve-level-moves": resolveLevelSql(names, { dryRun: false, hasMoves: true }),
  "moves-nodes": moveNodesSql(names),
  "moves-closure": `${deleteMovedClosureSql(names)};\n${insertMovedClosureSql(names)}`,
  "delete-trees": [
    collectDoomedSql(names),
    collectDoomedAssetsSql(names),
    listParentsSql(names),
    deleteDoomedSql(names),
    deleteDoomedAssetsSql(names),
    deleteEmptySql(names),
  ].join(";\n"),
  "resolve-add-parents": addParentsSql,
  "resolve-orphans": markOrphansSql,
  "reject-access-blobs": rejectAccessBlobsSql,
  "reject-long-keys": rejectLongKeysSql,
  "reject-long-keys-list": listLongKeysSql,
  "resolve-apart-clashes": listClashesSql(names, false),
  "resolve-apart-draw": drawIdsSql,
  "resolve-apart-find": findLevelSql(names, false),
  "resolve-apart-find-moves": findLevelSql(names, true),
  "resolve-apart-give": giveIdsSql,
  "resolve-work-tables-beside": createWorkTablesSql("beside"),
  "plain-twins": findFileTwinsSql(names, true),
  "plain-nodes": insertPlainNodesSql(names),
  "plain-nodes-with-tags": insertPlainNodesSql(withTags),
  "plain-sources": insertPlainSourcesSql(names),
  "plain-assets": insertPlainAssetsSql(names),
  "plain-associations": insertPlainAssociationsSql(names),
  "resolve-sequences": sequencesSql(names),
  "resolve-rejects": listRejectsSql,
  "nodes-mark-changed": markChangedSql(names, "all"),
  "nodes-mark-changed-marked": markChangedSql(names, "marked"),
  "nodes-revisions": insertRevisionsSql(names),
  "nodes-revisions-with-tags": insertRevisionsSql(withTags),
  "nodes-merge-skip": mergeNodesSql(names, "skip"),
  "nodes-merge-update": mergeNodesSql(names, "update"),
  "nodes-merge-error": mergeNodesSql(names, "error"),
  "nodes-merge-update-with-tags": mergeNodesSql(withTags, "update"),
  "data-structures-new": mergeStructuresSql(names, "new nodes", "skip"),
  "data-structures-alone": mergeStructuresSql(names, "all rows", "error"),
  "data-structures-lock": lockStructuresSql(names),
  "data-structures-all": mergeStructuresSql(names, "all nodes", "skip"),
  "data-sources-new": `${insertDataSourcesSql(names)};\n${listNewSourcesSql}`,
  "data-sources-missing": addDataSourcesSql(names, "all"),
  "data-sources-update": updateDataSourcesSql(names, "all"),
  "data-sources-update-marked": updateDataSourcesSql(names, "marked"),
  "data-structures-marked": mergeStructuresSql(names, "new and renewed nodes", "skip"),
  "data-sources-count-renewed": countRenewedSql(names, "all"),
  "data-assets": mergeAssetsSql(names, "skip"),
  "data-assets-lock": lockAssetsSql(names, true),
  "data-number-clashes": numberClashesSql(names),
  "nodes-insert-alone": insertNodesSql(names),
  "nodes-insert-alone-with-tags": insertNodesSql(withTags),
  "nodes-update-alone": updateNodesSql(names),
  "guard-strangers": strangersSql,
  "data-asset-sizes": updateAssetSizesSql(names, "all"),
  "data-assets-more": mergeMoreAssetsSql(names, "skip"),
  "data-associations": insertAssociationsSql(names),
  "data-associations-more": insertMoreAssociationsSql(names),
  "data-unlinked-assets": `${lockUnlinkedAssetsSql(names)};\n${deleteUnlinkedAssetsSql(names)}`,
  "verify-closure": `${closureSummarySql(names)};\n${expectedClosureSql(names)}`,
  "verify-invariants": invariants(names)
    .map(({ name, sql }) => `-- ${name}\n${sql};`)
    .join("\n\n"),
};

describe("the statements of the catalog", () => {
  test.each(Object.entries(statements))("%s", async (name, sql) => {
    await expect(`${sql}\n`).toMatchFileSnapshot(`golden/${name}.sql`);
  });

  test("name no table of the catalog without its schema", () => {
    const other: CatalogTarget = {
      ...catalogNames('odd "schema"'),
      hasAccessBlob: true,
      isDistributed: false,
    };
    const rebuilt = [
      insertClosureSql(other, "delta"),
      findAttachPointsSql(other),
      resolveLevelSql(other, { dryRun: false, hasMoves: true }),
      moveNodesSql(other),
      deleteMovedClosureSql(other),
      insertMovedClosureSql(other),
      collectDoomedSql(other),
      collectDoomedAssetsSql(other),
      listParentsSql(other),
      deleteDoomedSql(other),
      deleteDoomedAssetsSql(other),
      deleteEmptySql(other),
      markChangedSql(other, "marked"),
      mergeNodesSql(other, "update"),
      mergeStructuresSql(other, "all nodes", "skip"),
      lockStructuresSql(other),
      lockAssetsSql(other, true),
      numberClashesSql(other),
      insertNodesSql(other),
      insertPlainNodesSql(other),
      insertPlainSourcesSql(other),
      insertPlainAssetsSql(other),
      insertPlainAssociationsSql(other),
      findFileTwinsSql(other, false),
      updateNodesSql(other),
      updateDataSourcesSql(other, "all"),
      mergeAssetsSql(other, "skip"),
      mergeMoreAssetsSql(other, "skip"),
      insertAssociationsSql(other),
      insertMoreAssociationsSql(other),
      insertDataSourcesSql(other),
      addDataSourcesSql(other, "all"),
    ].join("\n");
    expect(rebuilt).not.toContain("public");
    expect(rebuilt).toContain('"odd ""schema"""."nodes"');
    const tables =
      "nodes|nodes_closure|structures|data_sources|assets|data_source_asset_association|revisions";
    expect(rebuilt).not.toMatch(new RegExp(`\\b(from|join|into|update)\\s+"?(${tables})\\b`));
  });
});
