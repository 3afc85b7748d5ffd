// A description of a table and the live table itself become one, before anything is sent.

import { quoteIdentifier } from "../database/identifiers.ts";
import { CopycatError } from "../errors.ts";
import { checkTable, sameColumns } from "./checkTable.ts";
import { makeCodec } from "./codecs/makeCodec.ts";
import { type Codec, Misfit } from "./codecs/types.ts";
import type { ColumnFacts, TableFacts, UniqueIndexFacts } from "./tableFacts.ts";
import type { Column, TableDescription, TableUse } from "./types.ts";

export interface ResolvedColumn extends Column {
  /** Of the live type, which `type` is the label of, whatever was declared. */
  codec: Codec;
  required: boolean;
  /** As in `ColumnFacts`: staging needs it, for keys to be as equal there as they are in the table. */
  collation: string | null;
}

export interface ResolvedTable extends TableDescription {
  columns: readonly ResolvedColumn[];
  /** The unique index that ON CONFLICT on the conflict key uses; null when there is none. */
  arbiter: UniqueIndexFacts | null;
  /** Names of the unique indexes that are no matter of the conflict key, as the server's errors name them. */
  otherUniqueNames: readonly string[];
  /** No partitioned or foreign table, and no view: rows have an xmin and an xmax. */
  isOrdinary: boolean;
  /** Of a Citus cluster: what is joined with it must not be correlated, and its rows bear other transaction ids. */
  isDistributed: boolean;
  /** COPY into the table itself does what INSERT would. */
  canCopyDirectly: boolean;
}

/**
 * Matches a description, written by hand or introspected, with the live table. Nothing is sent.
 *
 * @example
 * const facts = await inspectTable(client, table.schema, table.name);
 * const resolved = resolveTable(facts, table, "update");
 *
 * @throws CopycatError USAGE with all mistakes in `details`. Not INVALID_INPUT: it is the call or the table that has
 * to change, and no record was looked at.
 */
export function resolveTable(facts: TableFacts, table: TableDescription, use: TableUse): ResolvedTable {
  const live = new Map(facts.columns.map((column) => [column.name, column]));
  const mistakes = checkTable(facts, table, use);
  const columns = table.columns.flatMap((column) => {
    const found = live.get(column.name);
    return found === undefined ? [] : resolveColumn(column, found, table, use);
  });
  mistakes.push(...columns.flatMap(checkDefault));
  if (mistakes.length > 0) throw makeError(table, mistakes);
  const isKey = (index: UniqueIndexFacts): boolean =>
    index.unusable !== "expression" && sameColumns(index.columns, table.conflictKey);
  return {
    ...table,
    columns,
    arbiter: facts.uniqueIndexes.find((index) => index.unusable === null && isKey(index)) ?? null,
    otherUniqueNames: facts.uniqueIndexes.filter((index) => !isKey(index)).map(({ indexName }) => indexName),
    isOrdinary: facts.kind === "table",
    isDistributed: facts.isDistributed,
    canCopyDirectly: canCopyDirectly(facts, columns),
  };
}

/**
 * Required is what is NOT NULL, server default or not: a column that is written gets no default. And the key of a
 * merge: NULL is equal to nothing, so such a row would be added again with every load. (Where NULLS NOT DISTINCT
 * makes it equal, `=` between staging and the table would still not find it.)
 */
function resolveColumn(
  column: Column,
  facts: ColumnFacts,
  { conflictKey }: TableDescription,
  use: TableUse,
): ResolvedColumn {
  const isKey = use !== "error" && conflictKey.includes(column.name);
  return {
    ...column,
    type: facts.type.label,
    codec: makeCodec(facts.type, column),
    required: column.required === true || facts.isNotNull || isKey,
    collation: facts.collation,
  };
}

function checkDefault({ name, type, default: value, codec }: ResolvedColumn): string[] {
  if (value === undefined || value === null) return [];
  const parsed = codec.parse(value);
  return parsed instanceof Misfit
    ? [`the default of column ${quoteIdentifier(name)} does not fit: ${type} ${parsed.what}`]
    : [];
}

/**
 * What COPY does unlike INSERT (https://www.postgresql.org/docs/18/sql-copy.html, "Notes"):
 * - rules are not applied, so that rows would go past them;
 * - it refuses row security (0A000), views but for those with an INSTEAD OF trigger, and materialized views;
 * - foreign tables depend on their wrapper, and some take INSERT only;
 * - identity columns ALWAYS take values; those are refused for both ways before;
 * - its count leaves out rows that a BEFORE trigger suppressed, as INSERT's does, but without `returning` nobody can
 *   tell them from rows that were lost on the way: the count is the proof that none was.
 * Triggers, defaults, generated columns, domains and constraints are the same for both.
 */
function canCopyDirectly(facts: TableFacts, columns: readonly ResolvedColumn[]): boolean {
  return (
    (facts.kind === "table" || facts.kind === "partitioned") &&
    !facts.hasRowSecurity &&
    !facts.hasWriteRules &&
    !facts.hasBeforeInsertTrigger &&
    columns.every(({ codec }) => codec.isDirect)
  );
}

function makeError({ schema, name }: TableDescription, mistakes: readonly string[]): CopycatError {
  const count = mistakes.length === 1 ? "" : ` in ${mistakes.length} points`;
  return new CopycatError(
    "USAGE",
    `The description of ${quoteIdentifier(schema, name)} does not fit the table${count}: ${mistakes[0]}${
      mistakes.length > 1 ? "; and more" : ""
    }.`,
    { details: mistakes },
  );
}
