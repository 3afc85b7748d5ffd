// Arrays below a container that are of other files than one.

import type { ClientBase, Pool } from "pg";
import { catalogNames } from "./tables.ts";

/** Their ids. `uri` is the file whose arrays are left out. */
export async function listArraysOfOtherFiles(
  client: ClientBase | Pool,
  { container, uri }: { container: number; uri: string },
  schema: string,
): Promise<number[]> {
  const { closure, dataSources, associations, assets } = catalogNames(schema);
  const { rows } = await client.query<{ id: number }>(
    `\
select distinct d.node_id as id
from ${closure} c
join ${dataSources} d on d.node_id = c.descendant
join ${associations} l on l.data_source_id = d.id
join ${assets} a on a.id = l.asset_id
where c.ancestor = $1 and a.data_uri <> $2
order by 1`,
    [container, uri],
  );
  return rows.map(({ id }) => id);
}
