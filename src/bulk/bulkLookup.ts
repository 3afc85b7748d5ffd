// Many rows by their keys, in one query.

import type { ClientBase } from "pg";
import { quoteIdentifier } from "../database/identifiers.ts";
import { wrapDatabaseError } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { didYouMean } from "../suggest.ts";
import type { TypeFacts } from "./codecs/types.ts";
import { inspectTable } from "./inspectTable.ts";
import type { LoadTarget } from "./inTransaction.ts";
import { type KeyColumn, keyValues } from "./lookupKeys.ts";
import { lookupSql } from "./sql/lookup.ts";
import type { ColumnFacts, TableFacts } from "./tableFacts.ts";
import { parseTableName, type TableName } from "./tableName.ts";
import type { TableDescription } from "./types.ts";
import { withClient } from "./withClient.ts";

export interface LookupOptions {
  /** Columns of the result; default all of the table. */
  columns?: readonly string[];
  /** Columns of the key; default the description's conflict key, else the primary key. */
  by?: readonly string[];
}

/** A row by the names of its columns; values as pg parses them (int8 and numeric are strings). */
export type LookupRow = Record<string, unknown>;

/**
 * Looks up rows by their keys: the row of each key, in the order of the keys, undefined where there is none.
 *
 * Any number of keys is one query with one parameter a key column: index lookups for few, a hash join for many
 * (200,000 keys of a table of as many rows: 0.4 s). Keys may repeat; one with null in it matches nothing. Their
 * values are those that a load takes.
 *
 * @param keys values for a key of one column; arrays in the order of `by`, or objects, for one of several
 * @example
 * await bulkLookup(database, "public.samples", [7, 99]); // [{ id: 7, label: "a" }, undefined]
 * await bulkLookup(database, table, [["a", 1], { part: 2, key: "b" }], { by: ["key", "part"], columns: ["id"] });
 *
 * @throws CopycatError INVALID_INPUT for keys that do not fit, `details` naming the first ten by their index; USAGE
 * for columns that are not there, a table without a key, and a key that matches several rows; NOT_FOUND for no such
 * table; what the server refuses.
 */
export async function bulkLookup(
  db: LoadTarget,
  table: string | TableName | TableDescription,
  keys: readonly unknown[],
  options: LookupOptions = {},
): Promise<(LookupRow | undefined)[]> {
  const target = typeof table === "string" ? parseTableName(table) : table;
  if (keys.length === 0) return [];
  return withClient(db, async (client) => {
    const facts = await inspectTable(client, target.schema, target.name);
    const by = pick(facts, options.by ?? defaultKey(facts, target)).map(makeKeyColumn);
    const columns = (options.columns === undefined ? facts.columns : pick(facts, options.columns)).map(
      ({ name }) => name,
    );
    const text = lookupSql([facts.schema, facts.name], by, columns);
    const rows = await query(client, facts, text, keyValues(keys, by));
    return arrange(rows, columns, keys.length, facts);
  });
}

function defaultKey(facts: TableFacts, target: TableName | TableDescription): readonly string[] {
  if ("conflictKey" in target && target.conflictKey.length > 0) return target.conflictKey;
  const primary = facts.uniqueIndexes.find(({ isPrimary }) => isPrimary);
  if (primary !== undefined) return primary.columns;
  throw new CopycatError(
    "USAGE",
    `${quoteIdentifier(facts.schema, facts.name)} has no primary key: name the columns of the key in "by".`,
  );
}

function pick(facts: TableFacts, names: readonly string[]): ColumnFacts[] {
  const live = new Map(facts.columns.map((column) => [column.name, column]));
  const table = quoteIdentifier(facts.schema, facts.name);
  if (names.length === 0) throw new CopycatError("USAGE", `No columns of ${table} are named.`);
  return names.map((name) => {
    const column = live.get(name);
    if (column !== undefined) return column;
    const hint = didYouMean(name, live.keys());
    throw new CopycatError("USAGE", `${table} has no column ${quoteIdentifier(name)}${hint}.`);
  });
}

function makeKeyColumn({ name, type }: ColumnFacts): KeyColumn {
  return { column: name, type: baseOf(type).qualifiedName, facts: type };
}

/** As the type below a domain: its checks are for what is stored, and what fails them is just not there. */
function baseOf(type: TypeFacts): TypeFacts {
  return type.base === undefined ? type : baseOf(type.base);
}

async function query(
  client: ClientBase,
  facts: TableFacts,
  text: string,
  values: readonly (string | null)[][],
): Promise<unknown[][]> {
  try {
    return (await client.query<unknown[]>({ text, values: [...values], rowMode: "array" })).rows;
  } catch (error) {
    throw wrapDatabaseError(error, `Looking up rows of ${quoteIdentifier(facts.schema, facts.name)} failed`);
  }
}

function arrange(
  rows: readonly (readonly unknown[])[],
  columns: readonly string[],
  count: number,
  facts: TableFacts,
): (LookupRow | undefined)[] {
  const found = new Array<LookupRow | undefined>(count).fill(undefined);
  for (const [position, ...values] of rows) {
    const index = Number(position);
    if (found[index] !== undefined) {
      throw new CopycatError(
        "USAGE",
        `Key ${index} matches several rows of ${quoteIdentifier(facts.schema, facts.name)}: name columns in "by" that are unique.`,
      );
    }
    // Not by assignment: a column may be called __proto__.
    found[index] = Object.fromEntries(columns.map((name, place) => [name, values[place]]));
  }
  return found;
}
