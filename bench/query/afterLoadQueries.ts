// What is asked of a catalog: by Tiled (listing, search, path) and by us (descendants).

import type pg from "pg";

export interface Query {
  label: string;
  text: string;
  values: unknown[];
}

const columns = "id, parent, key, structure_family, metadata, specs, access_blob, time_created, time_updated";

/** With the ids of the catalog `BENCH` of load/nodes.ts. */
export async function makeQueries(client: pg.Client): Promise<Query[]> {
  const { rows } = await client.query<{ dataset: number; key: string }>(`
    select d.id as dataset, (select key from nodes where parent = d.id order by id desc limit 1) as key
    from nodes d where d.parent = 0 and d.key = 'BENCH'`);
  const { dataset, key } = rows[0] ?? { dataset: 0, key: "" };
  return [
    {
      label: "listing: children by id, 100",
      text: `select ${columns} from nodes where parent = $1 order by id limit 100`,
      values: [dataset],
    },
    {
      label: "path: three segments",
      text: `select c.id, c.metadata from nodes a join nodes b on b.parent = a.id join nodes c on c.parent = b.id
        where a.parent = 0 and a.key = 'BENCH' and b.key = $1 and c.key = 'mh_x_30T'`,
      values: [key],
    },
    {
      label: "metadata @>, 100 of many",
      text: `select ${columns} from nodes where parent = $1 and metadata @> $2::jsonb order by id limit 101`,
      values: [dataset, '{"lattice": "kagome", "spin_S": 2.5}'],
    },
    {
      label: "metadata @>, one",
      text: "select id from nodes where metadata @> $1::jsonb and parent = $2",
      values: [await metadataOf(client, dataset, key), dataset],
    },
    {
      label: "full text, count up to 101",
      text: `select count(*) from (select from nodes where parent = $1
        and jsonb_to_tsvector('simple', metadata, '["string"]') @@ to_tsquery('simple', 'kagome & zigzag') limit 101) n`,
      values: [dataset],
    },
    {
      label: "children, by estimate",
      text: `select c.reltuples * coalesce(s.most_common_freqs[array_position(s.most_common_vals::text::text[], $1::text)], 0) as children
        from pg_class c left join pg_stats s on s.tablename = 'nodes' and s.schemaname = 'public' and s.attname = 'parent'
        where c.oid = 'public.nodes'::regclass`,
      values: [dataset],
    },
    {
      label: "descendants by closure, count",
      text: "select count(*) from nodes_closure where ancestor = $1 and depth > 0",
      values: [dataset],
    },
  ];
}

/** Of the last entity: two values that it alone has together. */
async function metadataOf(client: pg.Client, dataset: number, key: string): Promise<string> {
  const { rows } = await client.query<{ found: string }>(
    "select jsonb_build_object('seed', metadata->'seed', 'T_K', metadata->'T_K')::text as found from nodes where parent = $1 and key = $2",
    [dataset, key],
  );
  return rows[0]?.found ?? "{}";
}
