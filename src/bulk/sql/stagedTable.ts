// What the statements between staging and a table need to know of both.

import { quoteIdentifier } from "../../database/identifiers.ts";

export interface StagedColumn {
  name: string;
  /** Type of the column in staging. */
  stagingType: string;
  /** The table's own type, where the merge has to cast to it; else null. */
  cast: string | null;
  /** For types that have no equality of their own, such as json: compared by their text. */
  comparesAsText: boolean;
}

export interface StagedTable {
  /** Parts of the table's name. */
  target: readonly string[];
  /** Name of the temp table. */
  staging: string;
  /** False for partitioned and foreign tables, whose rows have no xmin and xmax to look at. */
  isOrdinary: boolean;
  /** Its rows are in a Citus cluster, while staging lies on the coordinator. */
  isDistributed: boolean;
  columns: readonly StagedColumn[];
  key: readonly string[];
  /** Columns that an update sets, but for those below. */
  set: readonly string[];
  touch: readonly string[];
  add: readonly string[];
  keep: readonly string[];
}

/** Place of the row in the input; travels as data, so that it is exact whatever happened in between. */
export const positionColumn = "copycat_position";

export function column(table: StagedTable, name: string): StagedColumn {
  const found = table.columns.find((candidate) => candidate.name === name);
  if (found === undefined) throw new RangeError(`${name} is no column of ${table.target.join(".")}`);
  return found;
}

/** A staged value as the table's own type. */
export function stagedValue({ name, cast }: StagedColumn, alias: string): string {
  const value = `${alias}.${quoteIdentifier(name)}`;
  return cast === null ? value : `${value}::${cast}`;
}

/** `t.key = s.key and ...` */
export function sameKey(table: StagedTable, target: string, staged: string): string {
  return table.key
    .map((name) => `${target}.${quoteIdentifier(name)} = ${stagedValue(column(table, name), staged)}`)
    .join(" and ");
}

/** `"a" = ..., "b" = ...`: what an update writes, in the words of `source` (a value of the new row by column name). */
export function assignments(table: StagedTable, source: (name: string) => string): string {
  const old = (name: string): string => `t.${quoteIdentifier(name)}`;
  const assign = (name: string): string => {
    const value = source(name);
    if (table.add.includes(name)) return `coalesce(${old(name)} + ${value}, ${value}, ${old(name)})`;
    return table.keep.includes(name) ? `coalesce(${value}, ${old(name)})` : value;
  };
  return [...table.set, ...table.add, ...table.touch]
    .map((name) => `${quoteIdentifier(name)} = ${assign(name)}`)
    .join(", ");
}

/** True where an update would change something: an unconditional one doubled the heap and took 10 times as long. */
export function differs(table: StagedTable, source: (name: string) => string): string {
  const texted = (name: string, value: string): string =>
    column(table, name).comparesAsText ? `${value}::text` : value;
  const conditions = table.set.map((name) => {
    const isNew = `${texted(name, `t.${quoteIdentifier(name)}`)} is distinct from ${texted(name, source(name))}`;
    return table.keep.includes(name) ? `${source(name)} is not null and ${isNew}` : isNew;
  });
  // NULL adds nothing, and neither does 0 to a number that is there.
  const additions = table.add.map(
    (name) => `(${source(name)} <> 0 or t.${quoteIdentifier(name)} is null and ${source(name)} is not null)`,
  );
  return [...conditions, ...additions].map((condition) => `(${condition})`).join(" or ");
}
