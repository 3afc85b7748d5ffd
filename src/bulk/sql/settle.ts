// Duplicates inside the input, settled in staging before the merge: one row a key is left.

import { quoteIdentifier } from "../../database/identifiers.ts";
import { positionColumn, type StagedTable, sameKey } from "./stagedTable.ts";

/** Which of the rows of a key counts: the last one for `update`, the first one for `skip`. */
export type Winner = "first" | "last";

function repeatedSql(table: StagedTable, winner: Winner, more: readonly string[] = []): string {
  const key = table.key.map((name) => quoteIdentifier(name)).join(", ");
  const pick = winner === "first" ? "min" : "max";
  return `\
  select ${[key, `${pick}(${positionColumn}) as winner`, ...more].join(", ")}
  from ${quoteIdentifier(table.staging)}
  group by ${key}
  having count(*) > 1`;
}

/** Whether any key is staged twice. */
export function hasDuplicatesSql(table: StagedTable): string {
  return `\
select exists (
${repeatedSql(table, "last")}
) as found`;
}

function sameStagedKey(table: StagedTable): string {
  return table.key
    .map((name) => `staged.${quoteIdentifier(name)} = repeated.${quoteIdentifier(name)}`)
    .join(" and ");
}

/**
 * Gives the winner what the others bring: the sum of counters, and a value where it has none itself. A statement for
 * tables that have such columns only.
 */
export function gatherDuplicatesSql(table: StagedTable): string {
  const name = (text: string): string => quoteIdentifier(text);
  const sums = table.add.map((text) => `sum(${name(text)}) as ${name(text)}`);
  const kept = table.keep.map(
    (text) =>
      `(array_agg(${name(text)} order by ${positionColumn} desc) filter (where ${name(text)} is not null))[1] as ${name(text)}`,
  );
  return `\
with repeated as (
${repeatedSql(table, "last", [...sums, ...kept])}
)
update ${name(table.staging)} as staged
set ${[...table.add, ...table.keep].map((text) => `${name(text)} = repeated.${name(text)}`).join(", ")}
from repeated
where staged.${positionColumn} = repeated.winner`;
}

/** Counters in a type that a sum fits into; what the table itself cannot hold is found when it is merged. */
export function widenCountersSql(table: StagedTable): string {
  const changes = table.add.map((name) => `alter column ${quoteIdentifier(name)} type numeric`);
  return `alter table ${quoteIdentifier(table.staging)} ${changes.join(", ")}`;
}

/** Deletes all rows of a key but the winner; a row each, so that `rowCount` tells how many. */
export function deleteDuplicatesSql(table: StagedTable, winner: Winner): string {
  return `\
with repeated as (
${repeatedSql(table, winner)}
), deleted as (
  delete from ${quoteIdentifier(table.staging)} as staged using repeated
  where ${sameStagedKey(table)} and staged.${positionColumn} <> repeated.winner
  returning 1
)
select count(*)::int as deleted from deleted`;
}

/**
 * Staged rows whose key this very load put into the table before, by COPY without staging: they are duplicates of the
 * input, not rows that were there. $1: the transaction ids under which it wrote, or null when all in the table is its
 * own; $2: the places of the rows that are asked for, or null for all.
 */
export function countOwnSql(table: StagedTable, changed: string): string {
  return `\
select count(*)::int as own, (count(*) filter (where ${changed}))::int as changed
from ${quoteIdentifier(table.staging)} as s
join ${quoteIdentifier(...table.target)} as t on ${sameKey(table, "t", "s")}
where ($1::text[] is null or t.xmin::text = any ($1::text[])) and ($2::tid[] is null or s.ctid = any ($2::tid[]))`;
}
