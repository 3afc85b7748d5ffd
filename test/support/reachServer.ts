// Which PostgreSQL the tests run on. COPYCAT_TEST_SERVER names one way; without it the first that can be had, in this order:
//   url        the server at TEST_DATABASE_URL
//   embedded   the one that the product brings along
//   local      the programs in COPYCAT_TEST_BIN, else the newest that are installed here
//   container  the image COPYCAT_TEST_IMAGE, default postgres:18
// A way that was named and cannot be had fails; none is left out silently.

import { accessSync, readdirSync, rmSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PostgreSqlContainer } from "@testcontainers/postgresql";
import { currentPlatform, findPackage } from "../../src/database/embedded/binaries.ts";
import { prepareFolder } from "../../src/database/embedded/folder.ts";
import { startEmbedded, statusEmbedded, stopEmbedded } from "../../src/database/embedded/index.ts";
import { sendSignal } from "../../src/database/embedded/processes.ts";
import { makeHome, programsOf, startOwnServer } from "./ownServer.ts";

export const serverKinds = ["url", "embedded", "local", "container"] as const;
export type ServerKind = (typeof serverKinds)[number];
export type Environment = Readonly<Record<string, string | undefined>>;

export interface TestServer {
  kind: ServerKind;
  /** To a database of a superuser, who may create others. */
  url: string;
  stop(): Promise<void>;
}

/** The way that is taken. @throws Error when the one that is asked for is none, or lacks what it needs */
export async function chooseServer(env: Environment): Promise<ServerKind> {
  const asked = env.COPYCAT_TEST_SERVER || undefined;
  const kind = serverKinds.find((name) => name === asked);
  if (asked !== undefined && kind === undefined) {
    throw new Error(`COPYCAT_TEST_SERVER is "${asked}"; it must be one of ${serverKinds.join(", ")}.`);
  }
  if (kind === "url" && !env.TEST_DATABASE_URL) {
    throw new Error("COPYCAT_TEST_SERVER=url needs TEST_DATABASE_URL.");
  }
  if (kind === "local" && findBin(env) === null) {
    throw new Error(
      "No PostgreSQL is installed here; COPYCAT_TEST_BIN names the folder with initdb and postgres.",
    );
  }
  if (kind !== undefined) return kind;
  if (env.TEST_DATABASE_URL) return "url";
  const isBrought = await findPackage(currentPlatform()).then(
    () => true,
    () => false,
  );
  return isBrought ? "embedded" : findBin(env) !== null ? "local" : "container";
}

export async function reachServer(env: Environment): Promise<TestServer> {
  const kind = await chooseServer(env);
  switch (kind) {
    case "url":
      return { kind, url: env.TEST_DATABASE_URL ?? "", stop: async () => undefined };
    case "embedded":
      return {
        kind,
        ...(await inFolder(async (folder) => (await startEmbedded({ folder, durable: false })).dsn)),
      };
    case "local":
      return { kind, ...(await inFolder((folder) => startLocal(folder, findBin(env) ?? ""))) };
    case "container": {
      const container = await new PostgreSqlContainer(env.COPYCAT_TEST_IMAGE || "postgres:18").start();
      return { kind, url: container.getConnectionUri(), stop: async () => void (await container.stop()) };
    }
  }
}

/** Where Debian, Fedora and a build from source put them; the newest first. */
export function findBin(env: Environment): string | null {
  const given = env.COPYCAT_TEST_BIN;
  if (given) return hasPrograms(given) ? given : null;
  const versions = list("/usr/lib/postgresql").sort((a, b) => Number(b) - Number(a));
  const folders = [
    ...versions.map((version) => `/usr/lib/postgresql/${version}/bin`),
    "/usr/pgsql/bin",
    "/usr/local/pgsql/bin",
  ];
  return folders.find(hasPrograms) ?? null;
}

function hasPrograms(folder: string): boolean {
  try {
    for (const program of ["initdb", "postgres", "pg_ctl"]) accessSync(join(folder, program));
    return true;
  } catch {
    return false;
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

async function startLocal(folder: string, bin: string): Promise<string> {
  await prepareFolder(folder);
  return startOwnServer(folder, await makeHome(folder), { programs: programsOf(bin), durable: false });
}

async function inFolder(
  start: (folder: string) => Promise<string>,
): Promise<Pick<TestServer, "url" | "stop">> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "copycat-test-")));
  const url = await start(folder);
  const status = await statusEmbedded({ folder });
  const release = onInterrupt(() => {
    // It ends at once.
    if (status.state === "running") sendSignal(status.pid, "SIGQUIT");
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  });
  return {
    url,
    stop: async () => {
      await stopEmbedded({ folder });
      await rm(folder, { recursive: true, force: true });
      release();
    },
  };
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A run that is interrupted ends without its teardown, and the server, in a session of its own, would stay. */
function onInterrupt(stop: () => void): () => void {
  const exit = (): void => process.exit(1);
  for (const signal of signals) process.on(signal, exit);
  process.on("exit", stop);
  return () => {
    for (const signal of signals) process.off(signal, exit);
    process.off("exit", stop);
  };
}
