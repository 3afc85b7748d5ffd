// The statements as files, so that a change of SQL is seen in review. They run in the other tests of this folder.

import { expect, test } from "vitest";
import {
  listArraysSql,
  listChildrenSql,
  locateArtifactsSql,
  locateSql,
} from "../../../src/catalog/read/sql.ts";
import { catalogNames } from "../../../src/catalog/tables.ts";

const names = catalogNames("public");

test.each([
  ["read-locate", locateSql(names)],
  ["read-locate-artifacts", locateArtifactsSql(names, 2)],
  ["read-list-children", listChildrenSql(names)],
  ["read-list-arrays", listArraysSql(names)],
])("%s", async (name, sql) => {
  await expect(`${sql}\n`).toMatchFileSnapshot(`../golden/${name}.sql`);
});

test("no table of the catalog without its schema", () => {
  const other = catalogNames('odd "schema"');
  const text = [
    locateSql(other),
    locateArtifactsSql(other, 1),
    listChildrenSql(other),
    listArraysSql(other),
  ].join("\n");
  expect(text).not.toContain("public");
  expect(text).toContain('"odd ""schema"""."nodes"');
});
