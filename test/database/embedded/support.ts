// Folders with real servers, and none of them left behind.

import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterEach } from "vitest";
import { findDataFolder } from "../../../src/database/embedded/home.ts";
import { type EmbeddedServer, startEmbedded, stopEmbedded } from "../../../src/database/embedded/index.ts";
import { endOrphans, findPostmaster } from "../../../src/database/embedded/postmaster.ts";

export const isRoot = process.geteuid?.() === 0;

const parents: string[] = [];

afterEach(async () => {
  for (const parent of parents.splice(0)) await removeServer(parent);
});

/**
 * The path of a `.copycat` folder that is not there yet. Its parent lets others through (mkdtemp makes it 0700),
 * unless asked not to, so that root's server can have its data inside.
 */
export async function newFolder(parentMode = 0o711): Promise<string> {
  const parent = await realpath(await mkdtemp(join(tmpdir(), "copycat-embedded-")));
  parents.push(parent);
  await chmod(parent, parentMode);
  return join(parent, ".copycat");
}

/** Starts a server that may lose its data. */
export async function start(folder: string): Promise<EmbeddedServer> {
  return await startEmbedded({ folder, durable: false });
}

/** Runs startEmbedded in a process of its own. */
export function startElsewhere(folder: string): ChildProcess {
  const script = fileURLToPath(new URL("startOnce.ts", import.meta.url));
  return spawn(process.execPath, ["--import", "tsx", script, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** Runs one statement and gives its rows. */
export async function query(dsn: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: dsn });
  client.on("error", () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows;
  } finally {
    await client.end();
  }
}

/** Waits until the condition holds; fails after ten seconds. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > giveUpAt) throw new Error("the condition did not come true in 10 s");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function removeServer(parent: string): Promise<void> {
  const folder = join(parent, ".copycat");
  const dataFolder = await findDataFolder(folder).catch(() => undefined);
  await stopEmbedded({ folder }).catch(() => undefined);
  if (dataFolder !== undefined) {
    const left = await findPostmaster(dataFolder);
    if (left !== undefined) process.kill(left.pid, "SIGKILL");
    await endOrphans(dataFolder);
    // Root's data may be in /var/lib/copycat.
    if (dirname(dataFolder) !== folder) await rm(dirname(dataFolder), { recursive: true, force: true });
  }
  await rm(parent, { recursive: true, force: true, maxRetries: 5 });
}
