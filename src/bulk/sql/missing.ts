// Staged keys that are not in the table.

import { quoteIdentifier } from "../../database/identifiers.ts";
import { positionColumn, type StagedTable, sameKey } from "./stagedTable.ts";

function isMissing(table: StagedTable): string {
  return `not exists (select from ${quoteIdentifier(...table.target)} as t where ${sameKey(table, "t", "s")})`;
}

/** In the order of the input, as JSON by the names of the key columns. */
export function listMissingSql(table: StagedTable): string {
  return `\
select s.${positionColumn}::float8 as position, row_to_json(copycat_row)::text as record
from ${quoteIdentifier(table.staging)} as s
cross join lateral (select ${table.key.map((name) => `s.${quoteIdentifier(name)}`).join(", ")}) as copycat_row
where ${isMissing(table)}
order by s.${positionColumn}`;
}

/** Takes them out of staging, and counts them. */
export function forgetMissingSql(table: StagedTable): string {
  return `\
with gone as (
  delete from ${quoteIdentifier(table.staging)} as s
  where ${isMissing(table)}
  returning 1
)
select count(*)::int as missing from gone`;
}
