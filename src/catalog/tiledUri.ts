// A connection string as Tiled takes it: for SQLAlchemy with asyncpg, which knows other parameters than pg does.

export interface TiledUri {
  uri: string;
  /** Names of parameters that asyncpg does not know and would fail on. */
  leftOut: string[];
}

/** Known to both under the same name. */
const shared = new Set(["host", "port", "user", "password"]);

/**
 * `postgresql:` with everything that says where and who; `sslmode` becomes asyncpg's `ssl`.
 *
 * @example tiledUri("postgres://me:pw@db/catalog?sslmode=require").uri // "postgresql://me:pw@db/catalog?ssl=require"
 */
export function tiledUri(dsn: string): TiledUri {
  const url = new URL(dsn.replace(/^postgres:/, "postgresql:"));
  const leftOut: string[] = [];
  for (const [name, value] of [...url.searchParams]) {
    if (shared.has(name)) continue;
    url.searchParams.delete(name);
    const ssl = name === "ssl" || name === "sslmode" ? sslOf(value) : undefined;
    if (ssl === undefined) leftOut.push(name);
    else url.searchParams.set("ssl", ssl);
  }
  // Tiled puts environment variables in place of $NAME anywhere in its configuration.
  return { uri: url.toString().replaceAll("$", "%24"), leftOut };
}

/** asyncpg takes the words of libpq; "no-verify", "true" and "1" are pg's own. */
function sslOf(value: string): string {
  if (value === "true" || value === "1" || value === "no-verify") return "require";
  return value === "false" || value === "0" ? "disable" : value;
}
