// Connections. Settings that every connection needs are made here and nowhere else.

import pg from "pg";
import { CopycatError, errorCode, errorMessage } from "../errors.ts";
import { isConnectionFailure, sqlState } from "./sqlstate.ts";

export interface Database {
  /** The connection string without its password, for messages. */
  readonly name: string;
  readonly pool: pg.Pool;
  /** `server_version_num`, for example 180004. */
  readonly serverVersion: number;
  close(): Promise<void>;
}

export interface ConnectOptions {
  dsn: string;
  /** Shown in pg_stat_activity. */
  applicationName?: string;
  /** Connections at most; default 4. */
  poolConnections?: number;
}

const oldestServer = 140000;

/** Opens a pool and proves with one query that the server answers and is new enough. */
export async function openDatabase(options: ConnectOptions): Promise<Database> {
  const name = describeDsn(options.dsn);
  if (!/^postgres(ql)?:\/\//.test(options.dsn)) {
    throw new CopycatError(
      "USAGE",
      `${name} is no connection string. Write postgres://user:password@host:5432/database.`,
    );
  }
  const pool = new pg.Pool({
    connectionString: options.dsn,
    application_name: options.applicationName ?? "copycat",
    max: options.poolConnections ?? 4,
    keepAlive: true,
    connectionTimeoutMillis: 15_000,
    // Loads, migrations and checks may rightly be long, whatever limit the role has for others.
    onConnect: async (client) => {
      await client.query("set statement_timeout = 0");
    },
  });
  // A connection that the server ends between two queries must not end the process, idle or not; the next query will
  // tell.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  try {
    const { rows } = await pool.query<{ version: number; encoding: string }>(
      "select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding",
    );
    const encoding = rows[0]?.encoding;
    if (encoding !== "UTF8") {
      throw new CopycatError(
        "CONNECTION",
        `${name} is encoded in ${encoding}; a catalog needs UTF8. Make one: createdb -E UTF8 -T template0 NAME.`,
      );
    }
    const serverVersion = rows[0]?.version ?? 0;
    if (serverVersion < oldestServer) {
      throw new CopycatError(
        "CONNECTION",
        `${name} is PostgreSQL ${Math.floor(serverVersion / 10_000)}; copycat needs 14 or newer.`,
      );
    }
    return { name, pool, serverVersion, close: () => pool.end() };
  } catch (error) {
    await pool.end();
    throw explainConnectError(error, name);
  }
}

/** `postgres://user:***@host:port/database`, or the text as it is when it is no URL. */
export function describeDsn(dsn: string): string {
  if (!URL.canParse(dsn)) return dsn.replace(/password=\S+/, "password=***");
  const url = new URL(dsn);
  if (url.password !== "") url.password = "***";
  if (url.searchParams.has("password")) url.searchParams.set("password", "***");
  return url.toString();
}

function explainConnectError(error: unknown, name: string): CopycatError {
  if (error instanceof CopycatError) return error;
  const code = errorCode(error);
  const because = errorMessage(error) || code || "no answer";
  if (code === sqlState.invalidPassword || code === sqlState.invalidAuthorization) {
    return new CopycatError("CONNECTION", `${name} refused the login: ${because}. Check user and password.`, {
      cause: error,
    });
  }
  if (code === sqlState.invalidCatalogName) {
    return new CopycatError("CONNECTION", `${name}: ${because}. Create it first: createdb NAME.`, {
      cause: error,
    });
  }
  const next = isConnectionFailure(error) ? " Is the server running, and are host and port right?" : "";
  return new CopycatError("CONNECTION", `Cannot connect to ${name}: ${because}.${next}`, { cause: error });
}
