// The statements as files, so that a change of SQL is seen in review.

import { describe, expect, test } from "vitest";
import {
  analyzeStagingSql,
  copyStatement,
  createStagingSql,
  mergePolicies,
  mergeSql,
  type TableDescription,
} from "../../src/bulk/index.ts";

const table: TableDescription = {
  schema: "site",
  name: 'odd "table"',
  columns: [
    { name: "id", type: "int8", required: true },
    { name: "Key", type: "text" },
    { name: "body", type: "jsonb" },
    { name: "updated_at", type: "text" },
  ],
  conflictKey: ["id", "Key"],
  touchColumns: ["updated_at"],
};
const source = 'select "id", "Key", "body", "updated_at"\nfrom "staging"';

function golden(name: string): string {
  return `golden/${name}.sql`;
}

describe("the merge", () => {
  test.each(mergePolicies)("under %s", async (policy) => {
    await expect(mergeSql(table, source, policy)).toMatchFileSnapshot(golden(`merge-${policy}`));
  });

  test("that updates the columns named only", async () => {
    const named = { ...table, updateColumns: ["body"] };
    await expect(mergeSql(named, source, "update")).toMatchFileSnapshot(golden("merge-update-named"));
  });

  test("of a table that is all key updates nothing", async () => {
    const { touchColumns: _, ...keyOnly } = { ...table, columns: table.columns.slice(0, 2) };
    await expect(mergeSql(keyOnly, 'select "id", "Key" from "staging"', "update")).toMatchFileSnapshot(
      golden("merge-update-key-only"),
    );
  });
});

test("staging is a temp table without constraints", async () => {
  await expect(createStagingSql("staging", table.columns)).toMatchFileSnapshot(golden("create-staging"));
});

test("staging is analysed in the columns that are joined on", async () => {
  await expect(analyzeStagingSql("staging", table.conflictKey)).toMatchFileSnapshot(
    golden("analyze-staging"),
  );
});

test("COPY names the table and its columns", async () => {
  const columns = table.columns.map(({ name }) => name);
  await expect(copyStatement([table.schema, table.name], columns)).toMatchFileSnapshot(golden("copy"));
});
