// The statements on copycat.file.

import { type CatalogNames, topTable } from "../../catalog/index.ts";

export const fileTable = "copycat.file";

const sharedSql = `\
exists (select from ${fileTable} o where o.catalog_schema = f.catalog_schema and o.uri = f.uri and o.input <> f.input)`;

const columns = `\
input, root, relative_path as "relativePath", uri, size_bytes as "sizeBytes", modified_ns as "modifiedNs", inode,
  encode(checksum, 'hex') as checksum, description, nodes, rejects, is_whole as "isWhole", is_kept as "isKept", tops,
  run_id as "runId"`;

/**
 * Files by their names; $1 schema, $2 dataset, $3 input, $4 root, $5 relative paths. `isPresent`: all their nodes are still there; of
 * a file with many topmost nodes only these are looked for. The files stand by themselves, since the catalog may lie on another
 * server of a cluster, which they are then sent to.
 */
export function listKnownSql({ nodes, closure }: CatalogNames): string {
  return `\
with known as materialized (
  select ${columns}
  from ${fileTable} f
  where catalog_schema = $1 and dataset = $2 and input = $3 and root = $4 and relative_path = any ($5::text[])
)
select f.*,
  case when cardinality(f.tops) <= 1000
    then (select count(*) from ${closure} c where c.ancestor = any (f.tops)) >= f.nodes
    else (select count(*) from ${nodes} n where n.id = any (f.tops)) >= cardinality(f.tops)
  end as "isPresent"
from known f`;
}

/** The container of an input, if it is in the catalog; $1 to $4 as above. */
export function readContainerSql(nodes: string): string {
  return `\
with known as materialized (
  select description, is_kept as "isKept", run_id as "runId", size_bytes as "sizeBytes", modified_ns as "modifiedNs",
    tops[1] as top
  from ${fileTable}
  where catalog_schema = $1 and dataset = $2 and input = $3 and root = $4 and relative_path = ''
)
select f.* from known f where exists (select 1 from ${nodes} n where n.id = f.top)`;
}

/** Files with the same size and time, wherever they were; $3 and $4 are these. Or with the same content ($5). */
export const listAlikeSql = `\
select ${columns}
from ${fileTable}
where catalog_schema = $1 and dataset = $2 and relative_path <> '' and is_whole and (
  (size_bytes, modified_ns) in (select * from unnest($3::int8[], $4::int8[]))
  or (size_bytes = any ($3::int8[]) and checksum in (select decode(x, 'hex') from unnest($5::text[]) x)))
order by root, relative_path
limit 10000`;

/** Everything of an input; $1 schema, $2 dataset, $3 input, $4 root, after a name ($5, or null), $6 at most. */
export function listStreamSql(closure: string): string {
  return `\
with known as materialized (
  select ${columns}
  from ${fileTable} f
  where catalog_schema = $1 and dataset = $2 and input = $3 and root = $4 and ($5::text is null or relative_path > $5)
  order by relative_path
  limit $6
)
select f.*,
  (select count(*) from ${closure} c where f."relativePath" = '' and c.ancestor = f.tops[1]) >= f.nodes as "isPresent"
from known f
order by f."relativePath"`;
}

/** Files of an input after a name ($5), in order; $6 at most. `isShared`: another input has the file as well. */
export const listAfterSql = `\
select relative_path as "relativePath", nodes, tops, ${sharedSql} as "isShared"
from ${fileTable} f
where catalog_schema = $1 and dataset = $2 and input = $3 and root = $4 and relative_path > $5
order by relative_path
limit $6`;

/** Of files those that no other input has as well, by their places in the lists; $1 schema, $2 URIs, $3 their inputs. */
export const listOwnSql = `\
select u.place::int - 1 as place
from unnest($2::text[], $3::text[]) with ordinality u (uri, input, place)
where not exists (select from ${fileTable} o where o.catalog_schema = $1 and o.uri = u.uri and o.input <> u.input)`;

/**
 * What became of files; $1 schema, $2 run, $3 whether rows that were there were compared, $4 an array of objects. A file
 * whose nodes are committed part by part adds to what it has. Gives the topmost nodes that each has now.
 */
export const recordFilesSql = `\
insert into ${fileTable} as f (catalog_schema, dataset, input, root, relative_path, uri, size_bytes, modified_ns, inode, checksum,
  description, nodes, rejects, is_whole, is_kept, tops, run_id)
select $1, x.dataset, x.input, x.root, x.relative_path, x.uri, x.size_bytes, x.modified_ns, x.inode, decode(x.checksum, 'hex'),
  x.description, x.nodes, x.rejects, x.is_whole, not ($3 or x.is_certain or coalesce(t.all_new, true)),
  coalesce(t.tops, '{}'), $2
from jsonb_to_recordset($4::jsonb) as x (
  number int, dataset text, input text, root text, relative_path text, uri text, size_bytes int8, modified_ns int8, inode text,
  checksum text, description text, nodes int, rejects int, is_whole bool, is_certain bool)
left join (
  select file, array_agg(id) as tops, bool_and(is_new) as all_new from ${topTable} group by file
) t on t.file = x.number
order by x.dataset, x.input, x.root, x.relative_path
on conflict (catalog_schema, dataset, input, root, relative_path) do update
set uri = excluded.uri, size_bytes = excluded.size_bytes, modified_ns = excluded.modified_ns, inode = excluded.inode,
  checksum = excluded.checksum, description = excluded.description, is_whole = excluded.is_whole, run_id = excluded.run_id,
  nodes = excluded.nodes + case when f.run_id = $2 and not f.is_whole then f.nodes else 0 end,
  rejects = excluded.rejects + case when f.run_id = $2 and not f.is_whole then f.rejects else 0 end,
  is_kept = excluded.is_kept or (f.run_id = $2 and not f.is_whole and f.is_kept),
  tops = case when f.run_id = $2 and not f.is_whole then f.tops || excluded.tops else excluded.tops end
returning dataset, input, root, relative_path as "relativePath", tops`;

/** $1 schema, $2 to $5: dataset, input, root and relative path of each. */
export const forgetFilesSql = `\
delete from ${fileTable} f
using unnest($2::text[], $3::text[], $4::text[], $5::text[]) as x (dataset, input, root, relative_path)
where f.catalog_schema = $1 and f.dataset = x.dataset and f.input = x.input and f.root = x.root and f.relative_path = x.relative_path`;

/** Of an input, files that another run than $5 has recorded; $1 to $4: schema, dataset, input, root. */
export const forgetOlderSql = `\
delete from ${fileTable}
where catalog_schema = $1 and dataset = $2 and input = $3 and root = $4 and run_id <> $5`;

/** Fingerprints of files whose content is unchanged; $1 schema, $2 an array of objects. */
export const refreshFilesSql = `\
update ${fileTable} f
set modified_ns = x.modified_ns, inode = x.inode
from jsonb_to_recordset($2::jsonb) as x (dataset text, input text, root text, relative_path text, modified_ns int8, inode text)
where f.catalog_schema = $1 and f.dataset = x.dataset and f.input = x.input and f.root = x.root and f.relative_path = x.relative_path`;
