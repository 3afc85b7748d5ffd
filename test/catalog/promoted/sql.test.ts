// The statements of promoted keys, sources, views and the repair as files, so that a change of SQL is seen in review.

import { describe, expect, test } from "vitest";
import { indexShape } from "../../../src/catalog/promoted/shapes.ts";
import { type PromotedTarget, promotedKinds } from "../../../src/catalog/promoted/types.ts";
import {
  datasetLabelsSql,
  entitiesSql,
  profileColumnsSql,
  viewStateSql,
} from "../../../src/catalog/sources/sql.ts";
import { createViewSql } from "../../../src/catalog/sources/viewSql.ts";
import {
  aheadSql,
  deleteExtraSql,
  expectClosureSql,
  insertMissingSql,
  silentTriggersSql,
  updateDepthsSql,
} from "../../../src/catalog/sql/repair.ts";
import { catalogNames } from "../../../src/catalog/tables.ts";

const names = catalogNames("public");

const shapes = (datasetId: number | null): string =>
  promotedKinds
    .map((kind) => {
      const target: PromotedTarget = kind === "specs" || kind === "family" ? kind : ["instrument", "it's"];
      const parts = {
        target,
        datasetId,
        pathLiteral: `'{instrument,it''s}'`,
        keyLiterals: ["'instrument'", "'it''s'"],
        trigramSchema: "public",
      };
      return `${indexShape(names, kind, parts).statement};`;
    })
    .join("\n");

const types = ["bigint", "double precision", "numeric", "boolean", "text", "jsonb"] as const;

const statements: Record<string, string> = {
  "promoted-indexes": `${shapes(null)}\n${shapes(17)}`,
  "sources-entities": `${datasetLabelsSql(names)};\n${entitiesSql(names)}`,
  "view-columns": profileColumnsSql(names),
  "view-state": viewStateSql(names),
  "view-create": createViewSql(names, {
    view: '"copycat_views"."VDP"',
    datasetId: 17,
    columns: types.map((type) => ({ name: `a "${type}"`, key: type, type })),
    keyLiterals: types.map((type) => `'${type}'`),
    pathLiteral: "'/VDP/'",
  }),
  "repair-closure": [
    ...expectClosureSql({ ...names, hasAccessBlob: true, isDistributed: false }),
    deleteExtraSql(names),
    updateDepthsSql(names),
    insertMissingSql(names),
  ].join(";\n"),
  "repair-triggers": silentTriggersSql,
  "repair-sequence": aheadSql(names.nodes),
};

describe("the statement", () => {
  test.each(Object.entries(statements))("%s", async (name, sql) => {
    await expect(`${sql}\n`).toMatchFileSnapshot(`../golden/${name}.sql`);
  });
});
