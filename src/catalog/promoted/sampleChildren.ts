// Some children of a dataset, spread over all of them, as what they are: for looking at metadata in JavaScript.

import type { Database } from "../../database/index.ts";
import type { CatalogNames } from "../tables.ts";

export interface SampledNode {
  metadata: Record<string, unknown> | null;
  hasSpecs: boolean;
  structureFamily: string;
}

export interface SampleOptions {
  /** Null: the containers of the whole catalog. */
  datasetId: number | null;
  limit: number;
}

/**
 * Every so-manieth node by a hash of its id: the first ones were often made together and look alike.
 *
 * @returns the nodes of the sample, at most `limit`, and how many there are in all
 */
export async function sampleChildren(
  database: Database,
  names: CatalogNames,
  { datasetId, limit }: SampleOptions,
): Promise<{ nodes: SampledNode[]; total: number }> {
  const scope = datasetId === null ? "$1::int is null and structure_family = 'container'" : "parent = $1";
  const counted = await database.pool.query<{ total: number }>(
    `select count(*)::float8 as total from ${names.nodes} where ${scope}`,
    [datasetId],
  );
  const total = counted.rows[0]?.total ?? 0;
  const step = Math.max(1, Math.ceil(total / limit));
  // Ids first, which an index has; the metadata of the chosen ones only.
  const { rows } = await database.pool.query<SampledNode>(
    `\
select case when jsonb_typeof(n.metadata) = 'object' then n.metadata end as metadata,
  n.specs <> '[]' as "hasSpecs", n.structure_family::text as "structureFamily"
from (select id from ${names.nodes} where ${scope} and mod(hashint4(id)::bigint + 2147483648, $2) = 0
  order by hashint4(id) limit $3) as chosen
join ${names.nodes} n using (id)`,
    [datasetId, step, limit],
  );
  return { nodes: rows, total };
}
