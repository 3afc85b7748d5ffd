// A slice of staging into its table. $1 and $2: the first place (ctid) of the slice, and the one after it.

import { quoteIdentifier } from "../../database/identifiers.ts";
import type { MergePolicy } from "../types.ts";
import {
  assignments,
  column,
  differs,
  positionColumn,
  type StagedColumn,
  type StagedTable,
  sameKey,
  stagedValue,
} from "./stagedTable.ts";

const slice = "ctid >= $1::tid and ctid < $2::tid";

/**
 * Merges a slice under a policy; gives one row `(inserted, updated)`.
 *
 * Rows that are there are taken out before ON CONFLICT sees them: it takes a value from the sequence for each of them
 * (a reload of 120,000 rows used up 120,000 ids) and is 2 to 3 times slower. It stays as the net for rows that
 * another session adds meanwhile.
 *
 * In a cluster it is the only one: Citus sends each row to its own shard then, but all of a slice to every shard for a join, and
 * takes no correlated `not exists` (0A000).
 */
export function mergeSliceSql(table: StagedTable, policy: MergePolicy): string {
  const target = quoteIdentifier(...table.target);
  const names = table.columns.map(({ name }) => quoteIdentifier(name)).join(", ");
  const values = table.columns.map((staged) => stagedValue(staged, "s")).join(", ");
  const updates = changesRows(table, policy);
  const isNew = updates && table.isOrdinary ? "t.xmax = 0" : "true";
  const looksFirst = !table.isDistributed;
  const unmet = `\n  where not exists (select from ${target} as t where ${sameKey(table, "t", "s")})`;
  return `\
with source as (
  select * from ${quoteIdentifier(table.staging)} where ${slice}
)${updates && looksFirst ? `, ${updatedSql(table)}` : ""}, merged as (
  insert into ${target} as t (${names})
  select ${values}
  from source as s${policy === "error" || !looksFirst ? "" : unmet}${conflictSql(table, policy, updates)}
  returning ${isNew} as is_new
)
select (count(*) filter (where is_new))::int as inserted,
  (count(*) filter (where not is_new)${updates && looksFirst ? " + (select count(*) from updated)" : ""})::int as updated
from merged`;
}

/**
 * As a slice, but of rows that come along as parameters: $1... are the values of each column, as text arrays.
 *
 * ON CONFLICT alone, no look at the table before: a statement without joins has one plan, so it can be prepared. One
 * that was prepared for an empty table went on scanning the whole table when there were 20,000 rows in it.
 */
export function mergeValuesSql(table: StagedTable, policy: MergePolicy): string {
  const { columns } = table;
  const list = (write: (column: StagedColumn, index: number) => string): string =>
    columns.map(write).join(", ");
  const value = (column: StagedColumn, index: number): string => {
    const staged = `s.c${index}::${column.stagingType}`;
    return column.cast === null ? staged : `${staged}::${column.cast}`;
  };
  const updates = changesRows(table, policy);
  return `\
with merged as (
  insert into ${quoteIdentifier(...table.target)} as t (${list(({ name }) => quoteIdentifier(name))})
  select ${list(value)}
  from unnest(${list((_column, index) => `$${index + 1}::text[]`)}) as s(${list((_column, index) => `c${index}`)})${conflictSql(table, policy, updates)}
  returning ${updates && table.isOrdinary ? "t.xmax = 0" : "true"} as is_new
)
select (count(*) filter (where is_new))::int as inserted, (count(*) filter (where not is_new))::int as updated
from merged`;
}

function changesRows(table: StagedTable, policy: MergePolicy): boolean {
  return policy === "update" && table.set.length + table.add.length > 0;
}

/** Updates the rows of a slice that are there and differ; one row `(updated)`. */
export function updateSliceSql(table: StagedTable): string {
  return `\
with source as (
  select * from ${quoteIdentifier(table.staging)} where ${slice}
), ${updatedSql(table)}
select count(*)::int as updated from updated`;
}

/**
 * As a slice, but of rows that come along as parameters: $1... are the values of each column, as text arrays. One row `(found,
 * updated)`: keys of the table that are among them, and rows that differed. Texts that are one key to the table count once.
 */
export function updateValuesSql(table: StagedTable): string {
  const { columns } = table;
  const values = columns.map(
    ({ name, stagingType }, index) => `v.c${index}::${stagingType} as ${quoteIdentifier(name)}`,
  );
  const arrays = columns.map((_column, index) => `$${index + 1}::text[]`).join(", ");
  const names = columns.map((_column, index) => `c${index}`).join(", ");
  return `\
with source as (
  select ${values.join(", ")} from unnest(${arrays}) as v(${names})
), ${updatedSql(table)}
select (select count(*) from updated)::int as updated, (
  select count(*) from (
    select distinct ${table.key.map((name) => `t.${quoteIdentifier(name)}`).join(", ")}
    from source as s join ${quoteIdentifier(...table.target)} as t on ${sameKey(table, "t", "s")}
  ) as there
)::int as found`;
}

/** Deletes the rows whose keys a slice holds; one row `(deleted)`. */
export function deleteSliceSql(table: StagedTable): string {
  return `\
with deleted as (
  delete from ${quoteIdentifier(...table.target)} as t using ${quoteIdentifier(table.staging)} as s
  where s.ctid >= $1::tid and s.ctid < $2::tid and ${sameKey(table, "t", "s")}
  returning 1
)
select count(*)::int as deleted from deleted`;
}

function updatedSql(table: StagedTable): string {
  const value = (name: string): string => stagedValue(column(table, name), "s");
  return `updated as (
  update ${quoteIdentifier(...table.target)} as t
  set ${assignments(table, value)}
  from source as s
  where ${sameKey(table, "t", "s")}
    and (${differs(table, value)})
  returning 1
)`;
}

function conflictSql(table: StagedTable, policy: MergePolicy, updates: boolean): string {
  if (policy === "error") return "";
  const key = table.key.map((name) => quoteIdentifier(name)).join(", ");
  if (!updates) return `\n  on conflict (${key}) do nothing`;
  const value = (name: string): string => `excluded.${quoteIdentifier(name)}`;
  return `
  on conflict (${key}) do update
  set ${assignments(table, value)}
  where ${differs(table, value)}`;
}

/** The places of a slice's rows, in order. */
export function listPlacesSql(staging: string): string {
  return `select ctid::text as place from ${quoteIdentifier(staging)} where ${slice} order by ctid`;
}

/** The rows of a slice as JSON, by the names of the columns, each with its place in the input. */
export function stagedRecordsSql(table: StagedTable): string {
  const columns = table.columns.map(({ name, stagingType }) => {
    const value = quoteIdentifier(name);
    // A vector's own JSON is a string; as an array it loads again like the record it came from.
    const isVector = /(^|\.)"?(vector|halfvec|ruvector)"?$/.test(stagingType);
    return isVector ? `${value}::text::json as ${value}` : value;
  });
  return `\
select s.${positionColumn}::float8 as position, row_to_json(copycat_row)::text as record
from (select * from ${quoteIdentifier(table.staging)} where ${slice}) as s
cross join lateral (select ${columns.join(", ")}) as copycat_row
order by s.${positionColumn}`;
}
