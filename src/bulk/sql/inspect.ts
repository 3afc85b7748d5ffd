// What the system catalogs know of a table. One statement, since it runs before every load, of ten rows as well.

/**
 * Name of the prepared statement. Milliseconds for a table of 10 columns: 0.4 once it is prepared, 2.0 without, since
 * planning takes most of it; 5 on a new connection, whose catalog caches are empty.
 */
export const inspectTableName = "copycat_inspect_table";

/**
 * $1: schema (`pg_temp` is the session's own), $2: name. One row, or none when there is no such relation; `columns`,
 * `types` and `indexes` are arrays of objects as JSON text.
 *
 * Each type is read once, with the elements of arrays and the bases of domains. `offset 0` and scalar subqueries keep
 * the planner from hashing the whole of pg_type and pg_constraint, which took twice as long in an empty database.
 * `to_json(i)`: `indnullsnotdistinct` is there from PostgreSQL 15 on.
 * Citus is known by the trigger that it gives its tables: its own catalogs cannot be named where it is not installed.
 */
export function inspectTableSql(): string {
  return `\
with recursive relation as (
  select c.oid, c.relkind, c.relpersistence, c.relhasrules, c.relhastriggers
  from pg_catalog.pg_class as c
  where c.relname = $2::text and c.relnamespace = case
    when $1::text = 'pg_temp' then pg_catalog.pg_my_temp_schema()
    else (select n.oid from pg_catalog.pg_namespace as n where n.nspname = $1::text)
  end
), attribute as (
  select a.*
  from relation
  join pg_catalog.pg_attribute as a on a.attrelid = relation.oid and a.attnum > 0 and not a.attisdropped
), needed (oid) as (
  select atttypid from attribute
  union
  select case when t.typtype = 'd' then t.typbasetype else t.typelem end
  from needed
  cross join lateral (select * from pg_catalog.pg_type where pg_type.oid = needed.oid offset 0) as t
  where t.typtype = 'd' or t.typinput = 'pg_catalog.array_in'::pg_catalog.regproc
)
select relation.relkind as kind,
  relation.relpersistence as persistence,
  pg_catalog.row_security_active(relation.oid) as row_security,
  relation.relhasrules and exists (
    select from pg_catalog.pg_rewrite as r
    where r.ev_class = relation.oid and r.ev_type in ('2', '3') and r.ev_enabled <> 'D'
  ) as has_write_rules,
  relation.relhastriggers and exists (
    select from pg_catalog.pg_trigger as t
    where t.tgrelid = relation.oid and t.tgtype & 7 = 7 and t.tgenabled <> 'D' and not t.tgisinternal
  ) or relation.relkind = 'p' and exists (
    select from pg_catalog.pg_partition_tree(relation.oid) as p
    join pg_catalog.pg_trigger as t on t.tgrelid = p.relid
    where t.tgtype & 7 = 7 and t.tgenabled <> 'D' and not t.tgisinternal
  ) as has_before_insert_trigger,
  relation.relhastriggers and exists (
    select from pg_catalog.pg_trigger as t join pg_catalog.pg_proc as p on p.oid = t.tgfoid
    where t.tgrelid = relation.oid and t.tgisinternal and p.proname = 'citus_truncate_trigger'
  ) as is_distributed,
  coalesce((
    select pg_catalog.json_agg(pg_catalog.json_build_object(
      'number', a.attnum,
      'name', a.attname,
      'type', a.atttypid::int8,
      'modifier', a.atttypmod,
      'label', pg_catalog.format_type(a.atttypid, a.atttypmod),
      'not_null', a.attnotnull,
      'identity', a.attidentity,
      'generated', a.attgenerated <> '',
      'default', case when a.atthasdef and a.attgenerated = '' then (
        select pg_catalog.pg_get_expr(d.adbin, d.adrelid)
        from pg_catalog.pg_attrdef as d
        where d.adrelid = a.attrelid and d.adnum = a.attnum
      ) end,
      'collation', case when a.attcollation not in (0, 100) then (
        select pg_catalog.json_build_array(n.nspname, l.collname)
        from pg_catalog.pg_collation as l
        join pg_catalog.pg_namespace as n on n.oid = l.collnamespace
        where l.oid = a.attcollation
      ) end
    ) order by a.attnum)::text
    from attribute as a
  ), '[]') as columns,
  coalesce((
    select pg_catalog.json_agg(pg_catalog.json_build_object(
      'oid', t.oid::int8,
      'schema', (select n.nspname from pg_catalog.pg_namespace as n where n.oid = t.typnamespace),
      'name', t.typname,
      'type', t.typtype,
      'element', case when t.typinput = 'pg_catalog.array_in'::pg_catalog.regproc then t.typelem::int8 end,
      'delimiter', t.typdelim,
      'base', case when t.typtype = 'd' then t.typbasetype::int8 end,
      'base_modifier', t.typtypmod,
      'base_label', case when t.typtype = 'd' then pg_catalog.format_type(t.typbasetype, t.typtypmod) end,
      'not_null', t.typnotnull,
      'default', coalesce(pg_catalog.pg_get_expr(t.typdefaultbin, 0), pg_catalog.quote_literal(t.typdefault)),
      'labels', case when t.typtype = 'e' then (
        select pg_catalog.json_agg(e.enumlabel order by e.enumsortorder)
        from pg_catalog.pg_enum as e
        where e.enumtypid = t.oid
      ) end
    ))::text
    from needed
    cross join lateral (select * from pg_catalog.pg_type where pg_type.oid = needed.oid offset 0) as t
  ), '[]') as types,
  coalesce((
    select pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', c.relname,
      'constraint', (
        select k.conname from pg_catalog.pg_constraint as k
        where k.conrelid = i.indrelid and k.contypid = 0 and k.conname = c.relname and k.conindid = i.indexrelid
      ),
      'columns', i.indkey::text,
      'keys', i.indnkeyatts,
      'primary', i.indisprimary,
      'valid', i.indisvalid,
      'immediate', i.indimmediate,
      'partial', i.indpred is not null,
      'nulls_not_distinct', pg_catalog.to_json(i) -> 'indnullsnotdistinct'
    ) order by i.indisprimary desc, c.relname)::text
    from pg_catalog.pg_index as i
    join pg_catalog.pg_class as c on c.oid = i.indexrelid
    where i.indrelid = relation.oid and i.indisunique and not i.indisexclusion
  ), '[]') as indexes
from relation`;
}

/**
 * Relations that a mistyped name may have meant: of the same name in any schema, or of any name in this one.
 * $1: schema, $2: name. One row `(schema, name)` each.
 */
export function nearRelationsSql(): string {
  return `\
select n.nspname as schema, c.relname as name
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'f') and (c.relname = $2 or n.nspname = $1)
order by n.nspname, c.relname
limit 10000`;
}
