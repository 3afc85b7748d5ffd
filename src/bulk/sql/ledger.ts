// The ledger's statements. The ledger says how far a load is; it is written in the transaction of the rows it counts.

import type { BulkReport } from "../loadOptions.ts";

export const ledgerTable = "copycat.bulk_load";

/** $1 load, $2 lanes, $3 target, $4 policy. Rows that are there stay. */
export const openLedgerSql = `\
insert into ${ledgerTable} (load_id, lane, lanes, target, policy)
select $1, lane, $2, $3, $4 from generate_series(0, $2 - 1) as lane
on conflict (load_id, lane) do nothing`;

/** $1 load. */
export const readLedgerSql = `\
select lane, lanes, target, policy, position::float8 as position, finished_at is not null as finished
from ${ledgerTable} where load_id = $1 order by lane`;

/**
 * The first statement of a batch: whoever runs the same load meets this row's lock before any data moves, and then
 * finds it elsewhere. $1 load, $2 lane, $3 from, $4 to.
 */
export const advanceLedgerSql = `\
update ${ledgerTable} set position = $4 where load_id = $1 and lane = $2 and position = $3 and finished_at is null`;

export const countNames = [
  "read",
  "inserted",
  "updated",
  "unchanged",
  "skipped",
  "duplicates",
  "rejected",
] as const satisfies readonly (keyof BulkReport)[];

/** $1 load, $2 lane, then the counts in the order of `countNames`. */
export const addCountsSql = `\
update ${ledgerTable}
set ${countNames.map((name, index) => `${name} = ${name} + $${index + 3}`).join(", ")}
where load_id = $1 and lane = $2`;

/** $1 load. */
export const sumLedgerSql = `\
select ${countNames.map((name) => `sum(${name})::float8 as ${name}`).join(", ")}
from ${ledgerTable} where load_id = $1`;

/** $1 load. */
export const finishLedgerSql = `update ${ledgerTable} set finished_at = now() where load_id = $1`;

/** $1 load. */
export const forgetLedgerSql = `delete from ${ledgerTable} where load_id = $1`;
