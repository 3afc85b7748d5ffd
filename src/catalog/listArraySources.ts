// Arrays that lie in files, for those who open the files.

import { type Database, withClientCursor } from "../database/index.ts";
import { catalogNames } from "./tables.ts";

export interface ArraySource {
  nodeId: number;
  dataUri: string;
  /** Path of the data set in the file. */
  dataset: string;
  /** numpy-style slice, when the array is a part of the data set. */
  slice: string | null;
  structure: { shape: number[]; data_type: object };
}

/** All arrays of a mimetype that lie in a single file each, ordered by file. Streams. */
export async function* listArraySources(
  database: Database,
  mimetype: string,
  schema = database.catalogSchema,
): AsyncGenerator<ArraySource> {
  const names = catalogNames(schema);
  yield* withClientCursor<ArraySource>(
    database,
    `\
select d.node_id as "nodeId", min(a.data_uri) as "dataUri", d.parameters ->> 'dataset' as dataset,
  d.parameters ->> 'slice' as slice, s.structure
from ${names.dataSources} d
join ${names.structures} s on s.id = d.structure_id
join ${names.associations} l on l.data_source_id = d.id
join ${names.assets} a on a.id = l.asset_id
where d.mimetype = $1 and d.structure_family = 'array' and d.parameters ? 'dataset'
group by d.id, s.id
having count(*) = 1
order by 2, d.node_id`,
    [mimetype],
  );
}
