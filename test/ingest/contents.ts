// All that a catalog holds but for ids and times, so that two can be compared.

import type { TestDatabase } from "../support/database.ts";

export interface NodeContents {
  path: string;
  /** Everything else as one text. */
  contents: string;
}

/** Ordered by path. */
export function contentsOf(database: TestDatabase): Promise<NodeContents[]> {
  return database.rows<NodeContents>(
    `select path, contents from (${contentsSql}) as nodes order by path collate "C"`,
  );
}

/** id, path and contents of every node. */
export const contentsSql = `\
with recursive walk (id, path) as (
  select id, '' from nodes where parent is null
  union all
  select n.id, w.path || '/' || n.key from walk w join nodes n on n.parent = w.id
)
select n.id, w.path, jsonb_build_object('family', n.structure_family, 'metadata', n.metadata, 'specs', n.specs,
  'sources', (
    select coalesce(jsonb_agg(jsonb_build_object('mimetype', d.mimetype, 'parameters', d.parameters,
        'properties', d.properties, 'management', d.management, 'structure', s.structure, 'assets', (
          select jsonb_agg(jsonb_build_array(a.data_uri, a.size, l.parameter, l.num) order by a.data_uri)
          from data_source_asset_association l join assets a on a.id = l.asset_id
          where l.data_source_id = d.id)) order by d.parameters), '[]')
    from data_sources d left join structures s on s.id = d.structure_id where d.node_id = n.id),
  'depths', (select jsonb_agg(c.depth order by c.depth) from nodes_closure c where c.descendant = n.id))::text as contents
from walk w join nodes n using (id)`;
