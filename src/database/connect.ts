// Connections. Settings that every connection needs are made here and nowhere else.

import pg from "pg";
import { CopycatError, errorCode, errorMessage } from "../errors.ts";
import { catalogSchemaSql } from "./catalogSchema.ts";
import { isNotedLoss, noteConnectionLoss } from "./connectionLoss.ts";
import { describeDsn } from "./describeDsn.ts";
import { type Engine, engineOf } from "./engine.ts";
import { nextStep } from "./nextStep.ts";
import { poolTarget } from "./poolTarget.ts";
import { isConnectionFailure, sqlState } from "./sqlstate.ts";
import { explainTlsError } from "./tls.ts";

export interface Database {
  /** The connection string without its password, for messages. */
  readonly name: string;
  readonly pool: pg.Pool;
  /** `server_version_num`, for example 180004. */
  readonly serverVersion: number;
  readonly engine: Engine;
  /** It follows a primary, and takes no changes. */
  readonly isStandby: boolean;
  /** Where Tiled's tables are, or would be made: see catalogSchema.ts. */
  readonly catalogSchema: string;
  /** Processes of the server that work for this pool now. */
  pids(): number[];
  close(): Promise<void>;
}

export interface ConnectOptions {
  dsn: string;
  /** Shown in pg_stat_activity. */
  applicationName?: string;
  /** Connections at most; default 4. */
  poolConnections?: number;
  /** Schema of Tiled's tables, which need not be there yet; default: where search_path leads (catalogSchema.ts). */
  catalogSchema?: string;
  /** No statement may take longer; default: any time. */
  statementTimeoutMs?: number;
}

const connectionTimeoutMillis = 15_000;

const oldestServer = 140000;

/**
 * Loads, migrations and checks may rightly be long, whatever limits the role has for others. The last one is there since
 * PostgreSQL 17, and breaks the connection.
 */
const limitsSql = `\
select set_config('statement_timeout', $1, false), set_config('idle_in_transaction_session_timeout', '0', false),
  case when current_setting('transaction_timeout', true) is not null then set_config('transaction_timeout', '0', false) end`;

const inspectSql = `\
select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding,
  (select extversion from pg_extension where extname = 'citus') as citus, pg_is_in_recovery() as standby,
  (${catalogSchemaSql}) as "catalogSchema"`;

/** Opens a pool and proves with one query that the server answers and is new enough. */
export async function openDatabase(options: ConnectOptions): Promise<Database> {
  const name = describeDsn(options.dsn);
  if (!/^postgres(ql)?:\/\//.test(options.dsn)) {
    throw new CopycatError(
      "USAGE",
      `${name} is no connection string. Write postgres://user:password@host:5432/database.`,
    );
  }
  // Of statements of users, not of the look at the server.
  let limit = "0";
  const pool = new NotingPool({
    ...(await poolTarget(options.dsn)),
    Client: EndingClient,
    application_name: options.applicationName ?? "copycat",
    max: options.poolConnections ?? 4,
    keepAlive: true,
    connectionTimeoutMillis,
    onConnect: async (client) => {
      await client.query(limitsSql, [limit]);
    },
  });
  // A connection that the server ends between two queries must not end the process, idle or not; the next query will
  // tell.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", noteConnectionLoss));
  const clients = new Set<pg.PoolClient>();
  pool.on("connect", (client) => clients.add(client));
  pool.on("remove", (client) => clients.delete(client));
  const pids = (): number[] => [...clients].flatMap((client) => pidOf(client) ?? []);
  try {
    const { rows } = await pool.query<{
      version: number;
      encoding: string;
      citus: string | null;
      standby: boolean;
      catalogSchema: string;
    }>(inspectSql);
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
    if (options.statementTimeoutMs !== undefined) {
      limit = String(options.statementTimeoutMs);
      await pool.query(limitsSql, [limit]);
    }
    const engine = engineOf(rows[0]?.citus ?? null);
    const isStandby = rows[0]?.standby === true;
    const catalogSchema = options.catalogSchema ?? rows[0]?.catalogSchema ?? "public";
    return {
      name,
      pool,
      serverVersion,
      engine,
      isStandby,
      catalogSchema,
      pids,
      close: () => pool.end(),
    };
  } catch (error) {
    await pool.end();
    throw explainConnectError(error, name);
  }
}

/** node-postgres has it, and its types do not. */
function pidOf(client: pg.PoolClient): number | null {
  return (client as { processID?: number | null }).processID ?? null;
}

type ConnectCallback = Parameters<pg.Pool["connect"]>[0];

/**
 * Notes what kept it from connecting as a lost connection: pg gives no code when the server ends one that has just begun, or
 * when it waited too long.
 */
class NotingPool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<pg.PoolClient> | undefined {
    if (callback === undefined) {
      return super.connect().catch((error: unknown) => {
        this.#note(error);
        throw error;
      });
    }
    super.connect((error, client, done) => {
      this.#note(error);
      callback(error, client, done);
    });
    return undefined;
  }

  /** A pool that was closed stays closed. */
  #note(error: unknown): void {
    if (!this.ending) noteConnectionLoss(error);
  }
}

/**
 * Ends a connection that does not log in, which pg leaves open: the server waits a minute for a password, and whoever makes or
 * drops a database there waits with it.
 */
class EndingClient extends pg.Client {
  override connect(): Promise<pg.Client>;
  override connect(callback: (error: Error | null) => void): void;
  override connect(callback?: (error: Error | null) => void): Promise<pg.Client> | undefined {
    if (callback === undefined) {
      return super.connect().catch((error: unknown) => {
        this.#end();
        throw error;
      });
    }
    super.connect((error: Error | null) => {
      if (error) this.#end();
      callback(error);
    });
    return undefined;
  }

  #end(): void {
    void this.end().catch(() => undefined);
  }
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
  const hint = explainTlsError(code);
  if (hint !== null) return new CopycatError("CONNECTION", `${name}: ${because}. ${hint}`, { cause: error });
  const next = isConnectionFailure(error)
    ? "Is the server running, and are host and port right?"
    : nextStep(code, isNotedLoss(error));
  const text = `Cannot connect to ${name}: ${because}.${next === null ? "" : ` ${next}`}`;
  return new CopycatError("CONNECTION", text, { cause: error });
}
