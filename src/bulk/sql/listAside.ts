// What a large load does without: constraints and indexes of tables, as the system catalogs have them.

/**
 * $1: oids of the tables; $2: those of them whose primary keys may go as well. One row an object, in the order in which
 * they can be made again. Left out is what others lean on (foreign keys of other tables, logical replication, extensions,
 * partitions) and what is not valid, since it would come back another than it was.
 */
export const listAsideSql = `\
with index_facts as (
  select i.indexrelid, i.indrelid, i.indisclustered, i.indisreplident, i.indisvalid,
    coalesce(quote_ident(s.spcname), '') as tablespace,
    quote_literal(obj_description(i.indexrelid, 'pg_class')) as index_comment,
    quote_ident(n.nspname) || '.' || quote_ident(c.relname) as index_name, quote_ident(c.relname) as short_name,
    pg_get_indexdef(i.indexrelid) as index_definition,
    array(select format('alter column %s set statistics %s', a.attnum, a.attstattarget)
      from pg_attribute a where a.attrelid = i.indexrelid and a.attstattarget >= 0
      order by a.attnum) as statistics,
    -- The definition of a constraint does not name them.
    array(select format('set (%s = %L)', o.option_name, o.option_value)
      from pg_options_to_table(c.reloptions) o) as options,
    i.indisvalid and not i.indisreplident
      and not exists (select from pg_inherits h where h.inhrelid = i.indexrelid)
      and not exists (select from pg_depend d
        where d.classid = 'pg_class'::regclass and d.objid = i.indexrelid and d.deptype = 'e')
      and not exists (select from pg_constraint f
        where f.contype = 'f' and f.conindid = i.indexrelid and f.conrelid <> all ($1::oid[])) as may_go
  from pg_index i
  join pg_class c on c.oid = i.indexrelid
  join pg_namespace n on n.oid = c.relnamespace
  left join pg_tablespace s on s.oid = c.reltablespace
  where i.indrelid = any ($1::oid[])
), found as (
  select case when k.contype = 'f' then 3 else 1 end as step, k.conrelid as relation, k.conname::text as name,
    k.contype::text as type, quote_ident(k.conname) as quoted, pg_get_constraintdef(k.oid) as definition,
    quote_literal(obj_description(k.oid, 'pg_constraint')) as comment, k.conindid as index_oid
  from pg_constraint k
  where k.conrelid = any ($1::oid[]) and k.conparentid = 0 and k.coninhcount = 0
    and (k.contype in ('f', 'u', 'x') or (k.contype = 'p' and k.conrelid = any ($2::oid[])))
  union all
  select 2, i.indrelid, i.index_name, 'i', i.index_name, i.index_definition, null, i.indexrelid
  from index_facts i
  where not exists (select from pg_constraint k
    where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
)
select f.type, f.relation::regclass::text as "table", f.quoted as name, f.definition, f.comment,
  i.index_name as "indexName", i.index_comment as "indexComment", coalesce(i.tablespace, '') as tablespace,
  case when i.indisclustered then i.short_name end as "clusterOn", coalesce(i.statistics || i.options, '{}') as settings
from found f
left join index_facts i on i.indexrelid = f.index_oid and f.type <> 'f'
where f.type = 'f' or i.may_go
order by f.step, array_position($1::oid[], f.relation), f.name`;

/** The oids of tables by their qualified names, in the order of the names ($1). */
export const tableOidsSql = `\
select array_agg(name::regclass::oid::int8 order by place) as oids
from unnest($1::text[]) with ordinality as t (name, place)`;
