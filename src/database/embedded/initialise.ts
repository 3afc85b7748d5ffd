// A new data folder. Made beside its final name and renamed when complete, so that whatever ends the process
// half-way leaves nothing that looks like data.

import { randomBytes } from "node:crypto";
import { chown, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CopycatError, errorCode } from "../../errors.ts";
import type { Package, Programs } from "./binaries.ts";
import { roleName } from "./folder.ts";
import type { Home } from "./home.ts";
import { run, throwIfCancelled } from "./processes.ts";
import { hostAccess, mainSettings, writeDataFile } from "./settings.ts";

const prefix = "copycat-initdb-";

export interface InitialiseOptions {
  programs: Programs;
  password: string;
  durable: boolean;
  signal: AbortSignal | undefined;
  /** How texts are sorted, as options of initdb; default: the builtin way, which servers have from PostgreSQL 17 on. */
  locale?: readonly string[];
}

/** The major version of the data folder, or undefined when there is none yet. */
export async function dataVersion(dataFolder: string): Promise<string | undefined> {
  const text = await readFile(join(dataFolder, "PG_VERSION"), "utf8").catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  });
  return text?.trim();
}

/** @throws CopycatError `EMBEDDED_SERVER` when the programs are of another major version than the data */
export function checkVersion(dataFolder: string, version: string, found: Package): void {
  if (version === found.major) return;
  throw new CopycatError(
    "EMBEDDED_SERVER",
    `${dataFolder} is a data folder of PostgreSQL ${version}, and this copycat brings PostgreSQL ${found.major}, ` +
      `which cannot open it. Dump it with PostgreSQL ${version} (the copycat that made it), or move the folder ` +
      "away and ingest again.",
  );
}

/** Makes the data folder. Call it with the lock held. */
export async function initialise(home: Home, options: InitialiseOptions): Promise<void> {
  await sweep(home.parent);
  const work = join(home.parent, `${prefix}${randomBytes(6).toString("hex")}`);
  await mkdir(work, { mode: 0o700 });
  try {
    const passwordFile = join(work, "password");
    await writeFile(passwordFile, `${options.password}\n`, { mode: 0o600, flag: "wx" });
    if (home.as !== undefined) {
      await chown(passwordFile, home.as.uid, home.as.gid);
      await chown(work, home.as.uid, home.as.gid);
    }
    const made = join(work, "data");
    await runInitdb(made, passwordFile, home, options);
    await writeDataFile(join(made, "postgresql.conf"), mainSettings, home.as);
    await writeDataFile(join(made, "pg_hba.conf"), hostAccess, home.as);
    await moveInto(made, home.dataFolder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Sorts the same on every machine, whatever locales it has, and faster than ICU. */
const builtinLocale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"];

async function runInitdb(
  folder: string,
  passwordFile: string,
  home: Home,
  options: InitialiseOptions,
): Promise<void> {
  const args = [
    `--pgdata=${folder}`,
    `--username=${roleName}`,
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    ...(options.locale ?? builtinLocale),
    ...(options.durable ? [] : ["--no-sync"]),
  ];
  const { status, output, spawnError } = await run(options.programs.initdb, args, {
    as: home.as,
    env: options.programs.env,
    signal: options.signal,
  });
  throwIfCancelled(options.signal);
  if (status === 0) return;
  throw new CopycatError(
    "EMBEDDED_SERVER",
    `initdb could not make ${home.dataFolder}: ${spawnError ?? output.split("\n").slice(-8).join("\n")}`,
  );
}

async function moveInto(made: string, dataFolder: string): Promise<void> {
  await rename(made, dataFolder).catch((error: unknown) => {
    throw new CopycatError(
      "EMBEDDED_SERVER",
      `${dataFolder} is there (${errorCode(error)}) but is no PostgreSQL data folder. Move it away.`,
      { cause: error },
    );
  });
}

/** Removes what a killed initdb left. One that still runs loses its folder, and fails with nobody listening. */
async function sweep(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    await rm(join(parent, name), { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
  }
}
