// Which schema a catalog is in. Tiled names none, so it is where search_path leads: that of the database, the role or the
// connection. Found out with the first query, never configured.

/** What a connection says of its search_path. */
export interface SearchPath {
  /** As it is set: `"$user", public`. */
  named: string;
  /** The first schema on it with Tiled's tables. */
  holding: string | null;
}

/** Columns of a `select`, for `SearchPath`. */
export const searchPathColumns = `\
current_setting('search_path') as named,
  (select n.nspname::text
    from unnest(current_schemas(false)) with ordinality s (name, place)
    join pg_namespace n on n.nspname = s.name
    where exists (select from pg_class c where c.relnamespace = n.oid and c.relname = 'nodes')
      and exists (select from pg_class c where c.relnamespace = n.oid and c.relname = 'alembic_version')
    order by s.place limit 1) as holding`;

/**
 * Where a catalog is, or else where it is to be made: the first schema that is named, which need not be there yet. One of
 * the role's own name does not count, since all roles are to find the catalog; so `"$user", public` says public.
 */
export function findCatalogSchema(path: SearchPath | undefined): string {
  return path?.holding ?? splitPath(path?.named ?? "").find((name) => name !== "$user") ?? "public";
}

/** PostgreSQL quotes what is no plain name, and doubles quotes in it. */
function splitPath(named: string): string[] {
  return [...named.matchAll(/"((?:[^"]|"")*)"|([^\s,]+)/g)].flatMap(([, quoted, plain]) => {
    const name = quoted?.replaceAll('""', '"') ?? plain ?? "";
    return name === "" ? [] : [name];
  });
}
