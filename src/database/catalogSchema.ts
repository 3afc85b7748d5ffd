// Which schema a catalog is in. Tiled names none, so it is where search_path leads: that of the database, the role or the
// connection. Found out with the first query of a connection, never configured.

/**
 * The first schema on search_path with Tiled's tables; where none has them, the first that is there, in which they would be
 * made; else public. One of the role's own name counts only when they are in it, since other roles are to find them, too.
 */
export const catalogSchemaSql = `\
select coalesce((
  select s.name::text
  from unnest(current_schemas(false)) with ordinality s (name, place)
  cross join lateral (
    select to_regclass(format('%I.nodes', s.name)) is not null
      and to_regclass(format('%I.alembic_version', s.name)) is not null as is_catalog
  ) t
  where t.is_catalog or s.name::text not like 'pg\\_%'
    and not (s.name = current_user and current_setting('search_path') like '%"$user"%')
  order by t.is_catalog desc, s.place
  limit 1), 'public')`;

/**
 * The schema of a catalog that this role may not look into: the one that is asked for ($1), or, where search_path led to that,
 * one that search_path names and `current_schemas` leaves out for want of USAGE. Names of tables anybody can read in pg_class.
 */
export const hiddenCatalogSql = `\
with named (name) as (
  select $1::text
  union all
  select case when entry like '"%' then replace(trim(both '"' from entry), '""', '"') else lower(entry) end
  from regexp_split_to_table(replace(current_setting('search_path'), '"$user"', quote_ident(current_user)), '\\s*,\\s*') p (entry)
  where $1::text = (${catalogSchemaSql})
)
select n.nspname::text as schema, current_user::text as role
from pg_namespace n
where n.nspname::text in (select name from named) and not has_schema_privilege(n.oid, 'USAGE')
  and (select count(*) from pg_class c
       where c.relnamespace = n.oid and c.relname in ('nodes', 'alembic_version')) = 2
order by n.nspname::text = $1::text desc
limit 1`;
