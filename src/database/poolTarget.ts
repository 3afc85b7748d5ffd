// Where a connection string leads, in terms of node-postgres.

import pg from "pg";
import { CopycatError } from "../errors.ts";
import { describeDsn } from "./describeDsn.ts";
import { offersTls } from "./offersTls.ts";
import { isLocalHost, splitTls, tlsOptions } from "./tls.ts";

/** How long the question whether a server offers TLS may take. */
const probeTimeoutMs = 15_000;

/**
 * Reads a connection string; asks the server whether it offers TLS where that decides (sslmode=prefer, which is the default for
 * every host but this machine).
 *
 * @throws CopycatError USAGE when it cannot be read
 */
export async function poolTarget(dsn: string): Promise<Pick<pg.PoolConfig, "connectionString" | "ssl">> {
  checkDsn(dsn);
  const { dsn: connectionString, tls } = splitTls(dsn);
  const { host, port } = locate(connectionString, dsn);
  const mode = tls.mode ?? (isLocalHost(host) ? "disable" : "prefer");
  const ssl = tlsOptions(tls, mode, host);
  const isOffered = mode !== "prefer" || ssl === false || (await offersTls(host, port, probeTimeoutMs));
  return { connectionString, ssl: isOffered && ssl };
}

/**
 * A password with a / in it would make its beginning the port and its end a part of the database's name, and of messages; one
 * with @ and ? its middle the host. So a password wants every @ behind it encoded.
 */
function checkDsn(dsn: string): void {
  const [, authority = "", path = "", query = ""] = /^\w+:\/\/([^/?#]*)([^?]*)(.*)$/s.exec(dsn) ?? [];
  const login = authority.slice(0, authority.includes("@") ? authority.lastIndexOf("@") : undefined);
  const isOpen = login.includes(":") && query.includes("@");
  if (isOpen || path.includes("@") || path.includes("#")) throw unreadable(dsn);
}

/** As node-postgres reads it, PGHOST and PGPORT included. */
function locate(connectionString: string, dsn: string): { host: string; port: number } {
  try {
    const { host, port } = new pg.Client({ connectionString, ssl: false });
    return { host, port };
  } catch {
    // What is thrown may hold the whole text.
    throw unreadable(dsn);
  }
}

function unreadable(dsn: string): CopycatError {
  return new CopycatError(
    "USAGE",
    `${describeDsn(dsn)} cannot be read as a connection string. In user, password, database and behind the ? write % as %25, / as %2F, ` +
      "? as %3F, # as %23, @ as %40 and : as %3A; or leave the password out, and put it into PGPASSWORD or a ~/.pgpass.",
  );
}
