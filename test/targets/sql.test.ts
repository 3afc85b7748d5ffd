// The statements that put the answers of targets together, as files. They run in the other tests of search.

import { expect, test } from "vitest";
import type { Statement } from "../../src/catalog/search/parameters.ts";
import { rankSql } from "../../src/targets/rankPlaces.ts";
import { sumSql } from "../../src/targets/valuesTargets.ts";

const sort = [{ path: ["Ja"], descending: true }, { path: ["a", "b"] }];
const places = [
  { values: ["0.5", '"x"'], id: 9 },
  { values: [null, "null"], id: 7 },
];
const counts = [
  { facet: 0, value: "0.5", count: 3 },
  { facet: 0, value: "0.50", count: 4 },
  { facet: 1, value: '"x"', count: 1 },
];

const statements: Record<string, Statement> = {
  rank: rankSql(sort, places),
  "sum-of-values": sumSql(counts, 100),
};

test.each(Object.entries(statements))("%s", async (name, { text, values }) => {
  const parameters = values.map((value, index) => `-- $${index + 1}: ${JSON.stringify(value)}`);
  await expect(`${[text, ...parameters].join("\n")}\n`).toMatchFileSnapshot(`golden/${name}.sql`);
});
