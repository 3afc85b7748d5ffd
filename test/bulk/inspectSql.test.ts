import { expect, test } from "vitest";
import type { TypeFacts } from "../../src/bulk/codecs/types.ts";
import { defaultValuesSql, volatileDefaultsSql } from "../../src/bulk/sql/defaults.ts";
import { inspectTableSql, nearRelationsSql } from "../../src/bulk/sql/inspect.ts";

test("a table is read from the catalogs by one statement", async () => {
  await expect(inspectTableSql()).toMatchFileSnapshot("golden/inspect-table.sql");
});

test("names near to a mistyped one", async () => {
  await expect(nearRelationsSql()).toMatchFileSnapshot("golden/near-relations.sql");
});

test("defaults that differ from row to row", async () => {
  await expect(volatileDefaultsSql()).toMatchFileSnapshot("golden/volatile-defaults.sql");
});

test("the values of the others", async () => {
  const type = (name: string, more: Partial<TypeFacts> = {}): TypeFacts => ({
    label: name,
    qualifiedName: `pg_catalog."${name}"`,
    name,
    oid: 0,
    kind: "base",
    modifier: -1,
    ...more,
  });
  const statement = defaultValuesSql([
    { sql: "'none'::character varying", type: type("varchar") },
    { sql: "now()", type: type("timestamptz") },
    { sql: "'\\x00'::bytea", type: type("bytea") },
    { sql: "'{}'::text[]", type: type("_text", { kind: "array", element: type("text") }) },
    { sql: "5", type: type("counted", { kind: "domain", base: type("int4") }) },
  ]);
  await expect(statement).toMatchFileSnapshot("golden/default-values.sql");
});
