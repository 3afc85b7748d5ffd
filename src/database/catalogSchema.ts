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
