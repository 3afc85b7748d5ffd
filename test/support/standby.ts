// A primary and its standby, two processes of the embedded server's programs.

import { execFileSync, spawn } from "node:child_process";
import { appendFile, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { currentPlatform, findPackage, preparePrograms } from "../../src/database/embedded/binaries.ts";
import { startEmbedded, stopEmbedded } from "../../src/database/embedded/index.ts";
import { choosePort } from "../../src/database/embedded/port.ts";
import { writeDataFile } from "../../src/database/embedded/settings.ts";
import { makeHome } from "./ownServer.ts";

export interface StandbyPair {
  /** Connection strings. */
  primary: string;
  standby: string;
  /** The standby is left without its primary. */
  stopPrimary(): Promise<void>;
  /** Waits until the standby has what the primary has. */
  catchUp(): Promise<void>;
  stop(): Promise<void>;
}

const settings = { wal_level: "replica", max_wal_senders: 4 };

export async function startStandbyPair(): Promise<StandbyPair> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "copycat-standby-")));
  const first = await startEmbedded({ folder, durable: false, settings });
  const { dataFolder } = first;
  await stopEmbedded({ folder });
  await appendFile(join(dataFolder, "pg_hba.conf"), "host replication all 127.0.0.1/32 scram-sha-256\n");
  const copy = `${dataFolder}-standby`;
  // With owners and modes, which Node's own copy leaves out.
  execFileSync("cp", ["-a", dataFolder, copy]);
  const { dsn: primary } = await startEmbedded({ folder, durable: false, settings });
  const standby = await follow(folder, copy, primary);
  const stopPrimary = async (): Promise<void> => void (await stopEmbedded({ folder }));
  return {
    primary,
    standby: standby.dsn,
    stopPrimary,
    catchUp: () => catchUp(primary, standby.dsn),
    stop: async () => {
      await standby.stop();
      await stopPrimary();
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
      await rm(copy, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    },
  };
}

/** Starts the server of a copied data folder as a standby. */
async function follow(folder: string, copy: string, primary: string) {
  const home = await makeHome(folder);
  const programs = await preparePrograms(await findPackage(currentPlatform()), home.programs, home.as);
  const port = await choosePort(undefined);
  const { hostname, port: from, username, password } = new URL(primary);
  const conninfo = `host=${hostname} port=${from} user=${username} password=${password}`;
  await writeDataFile(join(copy, "standby.signal"), "", home.as);
  await appendFile(join(copy, "postgresql.conf"), `port = ${port}\nprimary_conninfo = '${conninfo}'\n`);
  const own = home.as === undefined ? {} : { uid: home.as.uid, gid: home.as.gid };
  const server = spawn(programs.postgres, ["-D", copy], {
    ...own,
    cwd: copy,
    stdio: ["ignore", "pipe", "pipe"],
    env: { LC_ALL: "C", ...programs.env },
  });
  let said = "";
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (text: Buffer) => (said += text));
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const url = new URL(primary);
  url.port = String(port);
  const dsn = url.toString();
  while (!(await answers(dsn))) {
    if (server.exitCode !== null) throw new Error(`The standby did not start: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    dsn,
    stop: async () => {
      server.kill("SIGQUIT");
      await ended;
    },
  };
}

async function answers(dsn: string): Promise<boolean> {
  try {
    await ask(dsn, "select 1");
    return true;
  } catch {
    return false;
  }
}

async function catchUp(primary: string, standby: string): Promise<void> {
  const [at] = await ask<{ lsn: string }>(primary, "select pg_current_wal_flush_lsn()::text as lsn");
  for (;;) {
    const [is] = await ask<{ in: boolean }>(
      standby,
      'select pg_last_wal_replay_lsn() >= $1::pg_lsn as "in"',
      [at?.lsn],
    );
    if (is?.in === true) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function ask<Row extends pg.QueryResultRow>(
  dsn: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: dsn });
  // A server that is being started ends connections between two queries.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}
