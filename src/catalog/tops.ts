// Which nodes are the topmost of the files that came: for whoever keeps account of files, in the transaction of the load.

import type { PoolClient } from "pg";
import { stagingName } from "./staging.ts";

export const topTable = "copycat_top";

const createSql = `create temp table ${topTable} (file int4, id int4, is_new bool) on commit drop`;

const resolvedSql = `\
insert into ${topTable} (file, id, is_new)
select s.top_of, r.id, r.is_new
from ${stagingName} s join copycat_node r using (ordinal)
where s.top_of is not null
order by s.ordinal`;

/** $1 is what an ordinal is added to for the id. */
const plainSql = `\
insert into ${topTable} (file, id, is_new)
select top_of, ($1::int8 + ordinal)::int4, true
from ${stagingName}
where top_of is not null
order by ordinal`;

/** `firstId`: of a plain merge, whose ids follow from the place in the input; null of any other. */
export async function listTops(
  client: PoolClient,
  { hasTops, firstId }: { hasTops: boolean; firstId: string | null },
): Promise<void> {
  await client.query(createSql);
  if (!hasTops) return;
  if (firstId === null) await client.query(resolvedSql);
  else await client.query(plainSql, [firstId]);
  await client.query(`analyze ${topTable}`);
}
