// The statements as files, so that a change of SQL is seen in review. They run in the other tests of search.

import { expect, test } from "vitest";
import { parseWhere } from "../../../src/catalog/index.ts";
import { pageSql } from "../../../src/catalog/search/pageSql.ts";
import { makeParameters, type Statement } from "../../../src/catalog/search/parameters.ts";
import { matchesSql, type ResolvedSearch } from "../../../src/catalog/search/resolve.ts";
import type { Scope } from "../../../src/catalog/search/scope.ts";
import { distinctSql, facetsSql } from "../../../src/catalog/search/values.ts";
import { catalogNames } from "../../../src/catalog/tables.ts";

const children: Scope = { kind: "children", id: 7, path: "/VDP" };
const Ja = { path: ["Ja"] };
const after = { values: ["0.5"], id: 9 };

function search(change: Partial<ResolvedSearch> & { filter?: string }): ResolvedSearch {
  const { filter, ...rest } = change;
  return {
    names: catalogNames("public"),
    scope: children,
    where: filter === undefined ? null : parseWhere(filter),
    sort: [],
    isPromoted: (path) => path[0] === "promoted",
    ...rest,
  };
}

function matches(filter: string): Statement {
  const parameters = makeParameters();
  return { text: matchesSql(search({ filter }), parameters), values: parameters.values };
}

const all = { part: "all", after: null, limit: 21 } as const;
const range = "Ja > 0.5 and Ja <= 1";

const statements: Record<string, Statement> = {
  "where-equal": matches("a.b = 1 and promoted = 1 and a = [1] and a.0 = 1"),
  "where-in": matches("a in (1, x) and promoted in (1, x) and a in ([1])"),
  "where-order": matches("a < 1 and b >= x and c > true and d > [1] and e between 1 and 2 and f != 1"),
  "where-texts": matches("a like 'x%' and b contains '50%' and c contains 1 and text 'two words'"),
  "where-others": matches("has a.b and spec s and family array and key in (H_1, H_2)"),
  "where-combined": matches("not (a = 1 or not has b) and (has c or has d)"),
  "page-children": pageSql(search({ filter: range }), { ...all, after: { values: [], id: 9 } }),
  "page-listed": pageSql(search({}), { ...all, after: { values: [], id: 9 } }),
  "page-entities": pageSql(search({ scope: { kind: "entities" }, filter: range }), all),
  "page-descendants": pageSql(search({ scope: { kind: "descendants", id: 7 } }), all),
  "page-sorted-present": pageSql(search({ sort: [Ja] }), { part: "present", after, limit: 21 }),
  "page-sorted-missing": pageSql(search({ sort: [{ ...Ja, descending: true }] }), {
    part: "missing",
    after: { values: [null], id: 9 },
    limit: 21,
  }),
  "page-sorted-by-two": pageSql(search({ sort: [{ ...Ja, descending: true }, { path: ["a", "b"] }] }), {
    part: "all",
    after: { values: ["0.5", '"x"'], id: 9 },
    limit: 21,
  }),
  stream: pageSql(search({ sort: [Ja] }), { part: "all", after: null, limit: null }),
  distinct: distinctSql(search({ filter: range }), ["a", "b"], 100),
  facets: facetsSql(search({ filter: range }), [["a", "b"], ["c"]], 100),
};

test.each(Object.entries(statements))("%s", async (name, { text, values }) => {
  const parameters = values.map((value, index) => `-- $${index + 1}: ${JSON.stringify(value)}`);
  await expect(`${[text, ...parameters].join("\n")}\n`).toMatchFileSnapshot(`golden/${name}.sql`);
});

test("no value and no key of a query stands in its text", () => {
  for (const { text } of Object.values(statements)) {
    expect(text).not.toMatch(/0\.5|two words|H_1|Ja|'x|promoted|50%/);
  }
});
