// Access that a catalog has no place for: since Tiled 0.2.19 it is kept as tags, whose names and owners are the server's.

import type { PoolClient } from "pg";
import { stagingName } from "./staging.ts";

/** Rejects staged rows whose access_blob says something; returns how many. For catalogs without that column. */
export async function rejectAccessBlobs(client: PoolClient): Promise<number> {
  const { rowCount } = await client.query(rejectAccessBlobsSql);
  return rowCount ?? 0;
}

export const rejectAccessBlobsSql = `\
insert into copycat_reject (ordinal, code, message)
select s.ordinal, 'access_blob_unsupported',
  'this catalog is one of Tiled 0.2.19 or newer, which has no access_blob but tags; take it out of the record, load that, ' ||
  'and give the node its tags with Tiled: update_metadata(access_tags=[...])'
from ${stagingName} s
where s.access_blob <> '{}' and not exists (select from copycat_reject x where x.ordinal = s.ordinal)`;
