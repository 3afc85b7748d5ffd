// A server of one's own in a temporary folder, from whatever programs there are, the way the embedded server is started.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Programs } from "../../src/database/embedded/binaries.ts";
import { dsnFor, ensurePassword, pathsIn } from "../../src/database/embedded/folder.ts";
import type { Home } from "../../src/database/embedded/home.ts";
import { initialise } from "../../src/database/embedded/initialise.ts";
import { choosePort } from "../../src/database/embedded/port.ts";
import { run } from "../../src/database/embedded/processes.ts";
import { waitReady } from "../../src/database/embedded/ready.ts";
import { settingsPath, settingsText, writeDataFile } from "../../src/database/embedded/settings.ts";
import { canEnter, findSystemUser, isRoot } from "../../src/database/embedded/systemUser.ts";

export interface OwnServerOptions {
  /** `false` turns fsync off. */
  durable: boolean;
  /** More lines for the server's configuration. */
  settings?: Readonly<Record<string, string | number | boolean>>;
}

/** Who the server runs as, and where its data lie: in the folder, which that user must be able to enter. */
export async function makeHome(folder: string): Promise<Home> {
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

/** Makes the data and starts the server on a free port of the loopback interface; its connection string. */
export async function startOwnServer(
  folder: string,
  home: Home,
  { programs, durable, settings }: OwnServerOptions & { programs: Programs },
): Promise<string> {
  const password = await ensurePassword(folder);
  const { dataFolder, as } = home;
  const { output } = await run(programs.initdb, ["--version"], { as, env: programs.env });
  const isOld = Number(/ (\d+)/.exec(output)?.[1]) < 17;
  const locale = isOld ? { locale: ["--locale=C"] } : {};
  await initialise(home, { programs, password, durable, signal: undefined, ...locale });
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
  throw new Error(`PostgreSQL in ${dataFolder} did not start: ${said}`);
}

/** The programs of a `bin` folder. */
export function programsOf(bin: string): Programs {
  const program = (name: string): string => join(bin, name);
  return { postgres: program("postgres"), initdb: program("initdb"), pgCtl: program("pg_ctl"), env: {} };
}
