// Which schema a catalog is in. Tiled names none, so it is where search_path leads: that of the database, the role or the
// connection. Found out with the first query of a connection, never configured.

/**
 * The first schema on search_path with Tiled's tables; where none has them, the first that is there, in which they would be
 * made; else public. One of the role's own name counts only when they are in it, since other roles are to find them, too.
 */
export const catalogSchemaSql = `\
select coalesce((
  select n.nspname::text
  from unnest(current_schemas(false)) with ordinality s (name, place)
  join pg_namespace n on n.nspname = s.name
  cross join lateral (
    select count(*) = 2 as is_catalog from pg_class c
    where c.relnamespace = n.oid and c.relname in ('nodes', 'alembic_version') and c.relkind in ('r', 'p')
  ) t
  where t.is_catalog or n.nspname not like 'pg\\_%'
    and not (n.nspname = current_user and current_setting('search_path') like '%"$user"%')
  order by t.is_catalog desc, s.place
  limit 1), 'public')`;
