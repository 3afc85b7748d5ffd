// Arrays that the catalog has in a file, and that the load which has just read the file did not bring.

import type { ClientBase } from "pg";
import type { CatalogNames } from "./tables.ts";

/** Their ids. In the transaction of that load, which must have brought all of these files' nodes. */
export async function listStaleArrays(
  client: ClientBase,
  names: CatalogNames,
  uris: readonly string[],
): Promise<number[]> {
  const { rows } = await client.query<{ id: number }>(
    `\
select d.node_id as id
from ${names.assets} a
join ${names.associations} l on l.asset_id = a.id
join ${names.dataSources} d on d.id = l.data_source_id
where a.data_uri = any ($1::text[]) and not exists (select from copycat_node r where r.id = d.node_id)
order by d.node_id`,
    [uris],
  );
  return rows.map(({ id }) => id);
}
