// All that does not fit between a description and the live table, each mistake as a line complete in itself.

import { quoteIdentifier } from "../database/identifiers.ts";
import { didYouMean } from "../suggest.ts";
import type { TypeFacts } from "./codecs/types.ts";
import { matchesType } from "./declaredType.ts";
import type { ColumnFacts, TableFacts } from "./tableFacts.ts";
import type { TableDescription, TableUse } from "./types.ts";

/** Types that `+` and `<> 0` work on. */
const numericTypes = new Set(["int2", "int4", "int8", "float4", "float8", "numeric"]);

/** Empty when the description fits the table. Values, such as defaults, are not looked at. */
export function checkTable(facts: TableFacts, table: TableDescription, use: TableUse): string[] {
  return [
    ...checkColumns(facts, table),
    ...(use === "change" ? [] : checkOmitted(facts, table)),
    ...checkKey(facts, table, use),
    ...checkLists(facts, table),
  ];
}

/** The columns of an index in any order, for comparing. */
export function sameColumns(a: readonly string[], b: readonly string[]): boolean {
  const set = new Set(a);
  return set.size === new Set(b).size && b.every((name) => set.has(name));
}

function quoted(names: readonly string[]): string {
  return names.map((name) => quoteIdentifier(name)).join(", ");
}

function checkColumns(facts: TableFacts, { columns }: TableDescription): string[] {
  if (columns.length === 0) return ["there are no columns to write"];
  const live = new Map(facts.columns.map((column) => [column.name, column]));
  const seen = new Set<string>();
  return columns.flatMap(({ name, type }) => {
    const what = `column ${quoteIdentifier(name)}`;
    if (seen.has(name)) return `${what} stands twice among the columns`;
    seen.add(name);
    const column = live.get(name);
    if (column === undefined) return `${what} is not in the table${didYouMean(name, live.keys())}`;
    if (column.isGenerated) return `${what} is generated, so only the server writes it: leave it out`;
    if (column.identity === "always") {
      return `${what} is GENERATED ALWAYS AS IDENTITY, so only the server writes it: leave it out`;
    }
    return matchesType(type, column.type)
      ? []
      : `${what} is declared as ${type}, but is ${column.type.label}`;
  });
}

function checkOmitted(facts: TableFacts, { columns }: TableDescription): string[] {
  // Such a trigger may fill in what is missing: NOT NULL is checked after it.
  if (facts.hasBeforeInsertTrigger) return [];
  const written = new Set(columns.map(({ name }) => name));
  return facts.columns
    .filter((column) => !written.has(column.name) && column.isNotNull && !isFilledIn(column))
    .map(
      ({ name }) => `column ${quoteIdentifier(name)} is NOT NULL and has no default, so it must be written`,
    );
}

function isFilledIn({ identity, isGenerated, defaultSql }: ColumnFacts): boolean {
  return identity !== null || isGenerated || defaultSql !== null;
}

function checkKey(facts: TableFacts, { columns, conflictKey }: TableDescription, use: TableUse): string[] {
  const written = new Set(columns.map(({ name }) => name));
  const missing = conflictKey.filter((name) => !written.has(name));
  if (missing.length > 0) {
    return missing.map(
      (name) => `conflict key ${quoteIdentifier(name)} is not among the columns${didYouMean(name, written)}`,
    );
  }
  if (facts.kind === "materialized view") return ["a materialized view gets its rows from its query only"];
  if (use === "error") return [];
  if (conflictKey.length === 0) return [`${named(use)} needs a conflict key: only policy error goes without`];
  if (facts.hasWriteRules && use !== "change") {
    return [`${named(use)} needs ON CONFLICT, which a table with rules for INSERT or UPDATE does not take`];
  }
  return checkArbiter(facts, conflictKey, use);
}

function named(use: TableUse): string {
  return use === "change" ? "a change of rows" : `policy ${use}`;
}

/** PostgreSQL says only that there is "no unique or exclusion constraint matching", after all rows are staged. */
function checkArbiter(facts: TableFacts, conflictKey: readonly string[], use: TableUse): string[] {
  const exact = facts.uniqueIndexes.filter(
    ({ columns, unusable }) => unusable !== "expression" && sameColumns(columns, conflictKey),
  );
  const deferrable = exact.find(({ unusable }) => unusable === "deferrable");
  if (deferrable !== undefined) {
    // A change has no ON CONFLICT. For a merge a proper index next to it is no help: PostgreSQL refuses (55000).
    if (use === "change") return [];
    const constraint = quoteIdentifier(deferrable.indexName);
    return [
      `${named(use)} needs ON CONFLICT, which the deferrable constraint ${constraint} on the conflict key does not take`,
    ];
  }
  if (exact.some(({ unusable }) => unusable === null)) return [];
  const name = quoteIdentifier(facts.schema, facts.name);
  const needs = `${named(use)} needs a unique index on exactly (${quoted(conflictKey)}) of ${name}`;
  if (facts.kind === "view" || facts.kind === "foreign") {
    const remedy = use === "change" ? "" : ": use policy error";
    return [`${needs}, and a ${facts.kind === "view" ? "view" : "foreign table"} has none${remedy}`];
  }
  const found =
    exact[0] === undefined ? "" : ` (${quoteIdentifier(exact[0].indexName)} is ${exact[0].unusable})`;
  return [
    `${needs}, and there is none${found}; to make it: create unique index on ${name} (${quoted(conflictKey)})`,
  ];
}

function checkLists(facts: TableFacts, table: TableDescription): string[] {
  const written = new Set(table.columns.map(({ name }) => name));
  const lists = {
    update: table.updateColumns ?? [],
    touch: table.touchColumns ?? [],
    add: table.addColumns ?? [],
    keep: table.keepColumns ?? [],
  };
  const membership = Object.entries(lists).flatMap(([list, names]) =>
    names.flatMap((name) => {
      const what = `${list} column ${quoteIdentifier(name)}`;
      if (!written.has(name)) return `${what} is not among the columns${didYouMean(name, written)}`;
      return table.conflictKey.includes(name)
        ? `${what} belongs to the conflict key, which never changes`
        : [];
    }),
  );
  const live = new Map(facts.columns.map((column) => [column.name, column]));
  const unaddable = lists.add.flatMap((name) => {
    const type = live.get(name)?.type;
    if (type === undefined || !written.has(name) || numericTypes.has(baseOf(type).name)) return [];
    return `add column ${quoteIdentifier(name)} is ${type.label}, and only numbers can be added`;
  });
  const clashing = lists.touch
    .filter((name) => lists.add.includes(name) || lists.update.includes(name))
    .map(
      (name) => `column ${quoteIdentifier(name)} is a touch column and an update or add column: choose one`,
    );
  return [...membership, ...unaddable, ...clashing];
}

function baseOf(type: TypeFacts): TypeFacts {
  return type.base === undefined ? type : baseOf(type.base);
}
