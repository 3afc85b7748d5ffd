// TLS as libpq has it: sslmode, sslrootcert, sslcert and sslkey, in the connection string or as PGSSLMODE and its like
// (https://www.postgresql.org/docs/18/libpq-ssl.html). node-postgres takes prefer, require and verify-ca for verify-full, and
// of the environment PGSSLMODE alone.

import { existsSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type ConnectionOptions, checkServerIdentity } from "node:tls";
import { readEnv } from "../config.ts";
import { CopycatError, errorMessage } from "../errors.ts";

export const sslModes = ["disable", "prefer", "require", "verify-ca", "verify-full"] as const;
export type SslMode = (typeof sslModes)[number];

export interface TlsSettings {
  /** Null where neither the connection string nor the environment says one. */
  mode: SslMode | null;
  rootCert: string | null;
  cert: string | null;
  key: string | null;
  keyPassword: string | null;
}

/** Takes what is about TLS out of a connection string: node-postgres would read it in its own way. */
export function splitTls(dsn: string): { dsn: string; tls: TlsSettings } {
  const start = dsn.indexOf("?");
  const parameters = new Map<string, string>();
  const others: string[] = [];
  for (const part of start < 0 ? [] : dsn.slice(start + 1).split("&")) {
    const [[name, value] = ["", ""]] = new URLSearchParams(part);
    if (/^(ssl(mode|rootcert|cert|key|password|crl|crldir)?|uselibpqcompat)$/.test(name)) {
      parameters.set(name, value);
    } else others.push(part);
  }
  for (const name of ["sslcrl", "sslcrldir"]) {
    if (parameters.has(name)) {
      throw new CopycatError(
        "USAGE",
        `${name} is not supported: revoked certificates are not looked for. Leave it out.`,
      );
    }
  }
  const read = (name: string): string | null =>
    parameters.get(name) || readEnv(`PG${name.toUpperCase()}`) || null;
  const tls = {
    mode: checkMode(read("sslmode") ?? (parameters.get("ssl") === "true" ? "require" : null)),
    rootCert: read("sslrootcert"),
    cert: read("sslcert"),
    key: read("sslkey"),
    keyPassword: parameters.get("sslpassword") || null,
  };
  const rest = others.length === 0 ? "" : `?${others.join("&")}`;
  return { dsn: start < 0 ? dsn : `${dsn.slice(0, start)}${rest}`, tls };
}

function checkMode(mode: string | null): SslMode | null {
  // node-postgres's own word.
  if (mode === "no-verify") return "require";
  const known = sslModes.find((name) => name === mode);
  if (mode === null || known !== undefined) return known ?? null;
  throw new CopycatError("USAGE", `sslmode is "${mode}"; it must be one of ${sslModes.join(", ")}.`);
}

/** On the machine itself nobody listens, and encryption would cost a load its share of the processor. */
export function isLocalHost(host: string): boolean {
  return host.startsWith("/") || host === "localhost" || host === "::1" || host.startsWith("127.");
}

/**
 * What to give to node-postgres; `false` is plain text.
 *
 * @throws CopycatError USAGE when a certificate or key that is needed is not there or cannot be read
 */
export function tlsOptions(tls: TlsSettings, mode: SslMode, host: string): ConnectionOptions | false {
  if (mode === "disable" || host.startsWith("/")) return false;
  const rootCert = tls.rootCert ?? ownFile("root.crt");
  const mustVerify = mode.startsWith("verify-");
  if (rootCert === null && mustVerify) {
    throw new CopycatError(
      "USAGE",
      `sslmode=${mode} needs the certificate of the authority that signed the server's: sslrootcert=FILE, ` +
        `${join("~", ".postgresql", "root.crt")}, or sslrootcert=system for those that this machine trusts.`,
    );
  }
  // As libpq: a root certificate that is there is used, under `require` too.
  const verifies = mustVerify || (mode === "require" && rootCert !== null);
  return {
    ...clientCertificate(tls),
    ...(verifies && rootCert !== null && rootCert !== "system"
      ? { ca: readPem(rootCert, "sslrootcert") }
      : {}),
    rejectUnauthorized: verifies,
    checkServerIdentity: (_name, certificate) =>
      mode === "verify-full" || rootCert === "system" ? checkServerIdentity(host, certificate) : undefined,
  };
}

function clientCertificate(tls: TlsSettings): ConnectionOptions {
  const cert = tls.cert ?? ownFile("postgresql.crt");
  if (cert === null) return {};
  const key = tls.key ?? ownFile("postgresql.key");
  if (key === null) throw new CopycatError("USAGE", `The certificate ${cert} needs its key: sslkey=FILE.`);
  checkPrivate(key);
  return {
    cert: readPem(cert, "sslcert"),
    key: readPem(key, "sslkey"),
    ...(tls.keyPassword === null ? {} : { passphrase: tls.keyPassword }),
  };
}

/** As libpq: a key that others can read is no secret. One of root's may be readable by a group. */
function checkPrivate(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || process.platform === "win32") return;
  if ((found.mode & (found.uid === 0 ? 0o037 : 0o077)) !== 0) {
    throw new CopycatError("USAGE", `Others can read the key ${path}; make it private: chmod 600 ${path}.`);
  }
}

function ownFile(name: string): string | null {
  const path = join(homedir(), ".postgresql", name);
  return existsSync(path) ? path : null;
}

function readPem(path: string, option: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new CopycatError("USAGE", `${option} cannot be read: ${errorMessage(error)}.`, { cause: error });
  }
}

/** What to do about a certificate that was refused, by Node's code; null for any other error. */
export function explainTlsError(code: string | undefined): string | null {
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return "The server's certificate is for another name than the connection string has; sslmode=verify-ca would not look at it.";
  }
  if (code !== undefined && certificateCodes.test(code)) {
    return "The server's certificate is not signed by an authority in sslrootcert.";
  }
  return null;
}

const certificateCodes =
  /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_\w+|CERT_\w+|INVALID_CA|ERR_SSL_TLSV1_ALERT_UNKNOWN_CA)$/;
