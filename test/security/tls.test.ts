// TLS against a server that has it: what each sslmode accepts and refuses.

import { chmodSync, chownSync, copyFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { startEmbedded, stopEmbedded } from "../../src/database/embedded/index.ts";
import { openDatabase, SessionLock } from "../../src/database/index.ts";
import { splitTls, tlsOptions } from "../../src/database/tls.ts";
import { useFolder } from "../support/files.ts";

const files = useFolder();
const certificates = join(import.meta.dirname, "certificates");
const own = (name: string): string => join(certificates, name);
const folder = files.path("server");
let server: { dsn: string; dataFolder: string };
let clientKey = "";

beforeAll(async () => {
  server = await startEmbedded({ folder, durable: false });
  const { uid, gid } = statSync(server.dataFolder);
  for (const name of ["server.crt", "server.key", "authority.crt"]) {
    const path = join(server.dataFolder, name);
    copyFileSync(own(name), path);
    chmodSync(path, 0o600);
    chownSync(path, uid, gid);
  }
  const rules = join(server.dataFolder, "pg_hba.conf");
  writeFileSync(
    rules,
    `hostssl all copycat_client all cert\nhost all copycat_client all reject\n${readFileSync(rules, "utf8")}`,
  );
  await administrate("create role copycat_client login", "alter system set ssl_ca_file = 'authority.crt'");
  await switchTls("on");
  // Keys lose their rights in a checkout.
  clientKey = files.text("client.key", readFileSync(own("client.key")));
  chmodSync(clientKey, 0o600);
});

afterEach(() => {
  vi.unstubAllEnvs();
});

afterAll(async () => {
  await stopEmbedded({ folder });
});

async function administrate(...statements: string[]): Promise<void> {
  const database = await openDatabase({ dsn: dsn({ sslmode: "disable" }) });
  for (const statement of statements) await database.pool.query(statement);
  await database.close();
}

/** A reload takes a moment. */
async function switchTls(state: "on" | "off"): Promise<void> {
  await administrate(`alter system set ssl = ${state}`, "select pg_reload_conf()");
  const database = await openDatabase({ dsn: dsn({ sslmode: "disable" }) });
  for (let tries = 0; tries < 100; tries++) {
    const { rows } = await database.pool.query("show ssl");
    if (rows[0].ssl === state) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await database.close();
}

interface Target {
  host?: string;
  user?: string;
  [parameter: string]: string | undefined;
}

function dsn({ host = "localhost", user, ...parameters }: Target): string {
  const url = new URL(server.dsn);
  url.hostname = host;
  if (user !== undefined) {
    url.username = user;
    url.password = "";
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value ?? "");
  return url.toString();
}

/** Whether the server saw TLS on its connection. */
async function isEncrypted(target: Target): Promise<boolean> {
  const database = await openDatabase({ dsn: dsn(target) });
  try {
    const { rows } = await database.pool.query("select ssl from pg_stat_ssl where pid = pg_backend_pid()");
    return rows[0].ssl;
  } finally {
    await database.close();
  }
}

const authority = own("authority.crt");
const other = own("other.crt");

describe("a server with TLS", () => {
  test.each<[Target, boolean]>([
    [{ sslmode: "disable" }, false],
    // On the machine itself nobody listens.
    [{}, false],
    [{ sslmode: "prefer" }, true],
    [{ sslmode: "require" }, true],
    [{ sslmode: "no-verify" }, true],
    [{ ssl: "true" }, true],
    [{ sslmode: "require", sslrootcert: authority }, true],
    [{ sslmode: "verify-ca", sslrootcert: authority }, true],
    [{ sslmode: "verify-ca", sslrootcert: authority, host: "127.0.0.1" }, true],
    [{ sslmode: "verify-full", sslrootcert: authority }, true],
  ])("is reached with %j", async (target, encrypted) => {
    expect(await isEncrypted(target)).toBe(encrypted);
  });

  test.each<[Target, RegExp]>([
    [{ sslmode: "verify-full", sslrootcert: authority, host: "127.0.0.1" }, /is for another name/],
    [{ sslmode: "verify-full", sslrootcert: other }, /not signed by an authority in sslrootcert/],
    [{ sslmode: "verify-ca", sslrootcert: other }, /not signed by an authority in sslrootcert/],
    [{ sslmode: "require", sslrootcert: other }, /not signed by an authority in sslrootcert/],
    [{ sslmode: "verify-full", sslrootcert: "system" }, /not signed by an authority in sslrootcert/],
  ])("is refused with %j", async (target, message) => {
    await expect(openDatabase({ dsn: dsn(target) })).rejects.toMatchObject({
      code: "CONNECTION",
      message: expect.stringMatching(message),
    });
  });

  test("is told of the settings by the environment, and the connection string wins", async () => {
    vi.stubEnv("PGSSLMODE", "verify-full");
    vi.stubEnv("PGSSLROOTCERT", authority);
    expect(await isEncrypted({})).toBe(true);
    await expect(openDatabase({ dsn: dsn({ host: "127.0.0.1" }) })).rejects.toMatchObject({
      code: "CONNECTION",
    });
    expect(await isEncrypted({ host: "127.0.0.1", sslmode: "verify-ca" })).toBe(true);
    expect(await isEncrypted({ sslmode: "disable" })).toBe(false);
  });

  test("knows a client by its certificate", async () => {
    const target = { user: "copycat_client", sslmode: "verify-full", sslrootcert: authority };
    expect(await isEncrypted({ ...target, sslcert: own("client.crt"), sslkey: clientKey })).toBe(true);
    await expect(openDatabase({ dsn: dsn(target) })).rejects.toMatchObject({ code: "CONNECTION" });
    vi.stubEnv("PGSSLCERT", own("client.crt"));
    vi.stubEnv("PGSSLKEY", clientKey);
    expect(await isEncrypted(target)).toBe(true);
  });

  test("has every connection encrypted, those beside the pool as well", async () => {
    const database = await openDatabase({
      dsn: dsn({ sslmode: "require" }),
      applicationName: "copycat:tls",
    });
    const lock = await SessionLock.take(database, { classId: 1, key: "tls" });
    const { rows } = await database.pool.query(
      `select count(*)::int as all, count(*) filter (where ssl)::int as encrypted
       from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'copycat:tls'`,
    );
    expect(rows).toEqual([{ all: 2, encrypted: 2 }]);
    await lock?.release();
    await database.close();
  });
});

describe("a server without TLS", () => {
  beforeAll(() => switchTls("off"));

  test("is reached in plain text with prefer", async () => {
    expect(await isEncrypted({ sslmode: "prefer" })).toBe(false);
  });

  test.each(["require", "verify-ca", "verify-full"])("is refused with %s", async (sslmode) => {
    const target = { sslmode, ...(sslmode === "require" ? {} : { sslrootcert: authority }) };
    await expect(openDatabase({ dsn: dsn(target) })).rejects.toMatchObject({
      code: "CONNECTION",
      message: expect.stringMatching(/does not support SSL connections/),
    });
  });
});

describe("settings that make no sense", () => {
  test.each<[Target, RegExp]>([
    [{ sslmode: "sure" }, /must be one of disable, prefer, require, verify-ca, verify-full/],
    [{ sslmode: "verify-full", sslrootcert: "/no/such/file" }, /sslrootcert cannot be read/],
    [{ sslmode: "require", sslcert: own("client.crt") }, /needs its key/],
    [{ sslmode: "require", sslcert: own("client.crt"), sslkey: "/no/such/file" }, /sslkey cannot be read/],
    [{ sslmode: "require", sslcrl: "x" }, /sslcrl is not supported/],
  ])("%j is refused before anything is sent", async (target, message) => {
    vi.stubEnv("HOME", files.root);
    await expect(openDatabase({ dsn: dsn(target) })).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringMatching(message),
    });
  });

  test("verify-full without an authority says where one may be", async () => {
    vi.stubEnv("HOME", files.root);
    await expect(openDatabase({ dsn: dsn({ sslmode: "verify-full" }) })).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringMatching(/sslrootcert=FILE/),
    });
  });

  test("a key that others can read is no secret", async () => {
    const open = files.text("open.key", readFileSync(own("client.key")));
    chmodSync(open, 0o644);
    const target = { sslmode: "require", sslcert: own("client.crt"), sslkey: open };
    await expect(openDatabase({ dsn: dsn(target) })).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringMatching(/Others can read the key .*chmod 600/),
    });
  });
});

test("certificates are those in ~/.postgresql where nothing else is said, as with libpq", () => {
  vi.stubEnv("HOME", files.path("home"));
  files.text("home/.postgresql/root.crt", "authority");
  const { tls } = splitTls("postgres://host/db");
  expect(tlsOptions(tls, "require", "host")).toMatchObject({ ca: "authority", rejectUnauthorized: true });
  expect(tlsOptions(tls, "prefer", "host")).toMatchObject({ rejectUnauthorized: false });
  expect(tlsOptions(tls, "verify-full", "/run/postgresql")).toBe(false);
});

test("what is not about TLS stays in the connection string as it was", () => {
  const { dsn: rest } = splitTls(
    "postgres://u:p@h/db?sslmode=require&options=-c%20a%3D1&ssl%72ootcert=x&application_name=a+b",
  );
  expect(rest).toBe("postgres://u:p@h/db?options=-c%20a%3D1&application_name=a+b");
});
