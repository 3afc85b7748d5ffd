// Starting the embedded server: find it running, or make the data folder if need be and start it.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { childEnv } from "../../config.ts";
import { CopycatError, errorMessage } from "../../errors.ts";
import { setting, words } from "../../wording.ts";
import { currentPlatform, findPackage, type Package, type Programs, preparePrograms } from "./binaries.ts";
import {
  dsnFor,
  ensurePassword,
  pathsIn,
  prepareFolder,
  readPassword,
  readPort,
  writePort,
} from "./folder.ts";
import { findDataFolder, findHome, type Home } from "./home.ts";
import { checkVersion, dataVersion, initialise } from "./initialise.ts";
import { withLock } from "./lock.ts";
import { choosePort, isFree } from "./port.ts";
import { endOrphans, removeStalePidFile } from "./postmaster.ts";
import { pause } from "./processes.ts";
import { type Ready, waitReady } from "./ready.ts";
import { lastLines, limitLog, openLog, readLog } from "./serverLog.ts";
import { settingsPath, settingsText, writeDataFile } from "./settings.ts";
import type { EmbeddedServer, StartOptions } from "./types.ts";

/** How long processes of a killed server may hold on to its shared memory. */
const orphansMs = 30_000;
const portAttempts = 5;
/** lock_file_exists: postmaster.pid, or the shared memory of a server whose last processes are still ending. */
const lockFileExists = " F0001 ";

/**
 * Makes sure that the embedded server runs, and tells how to reach it. It stays when this process ends, until
 * `stopEmbedded`. Any number of processes may call it at once; one of them starts the server.
 *
 * @example
 * const { dsn } = await startEmbedded({ folder: "/project/.copycat" });
 *
 * @throws CopycatError `EMBEDDED_SERVER` with what to do, `CANCELLED` after an abort
 */
export async function startEmbedded(options: StartOptions): Promise<EmbeddedServer> {
  const { folder, log, signal } = options;
  await prepareFolder(folder);
  await limitLog(pathsIn(folder).log);
  const running = await findRunning(options);
  if (running !== undefined) return running;
  // Before the lock: a platform without programs needs no waiting.
  const found = await findPackage(options.platform ?? currentPlatform());
  return await withLock(folder, { log, signal }, async () => {
    return (await findRunning(options)) ?? (await startLocked(options, found));
  });
}

async function findRunning(options: StartOptions): Promise<EmbeddedServer | undefined> {
  const dataFolder = await findDataFolder(options.folder);
  const password = await readPassword(options.folder);
  if (dataFolder === undefined || password === undefined) return undefined;
  const ready = await waitReady({ dataFolder, password, log: options.log, signal: options.signal });
  return ready === undefined ? undefined : describe(ready, dataFolder, password, false);
}

async function startLocked(options: StartOptions, found: Package): Promise<EmbeddedServer> {
  const { folder, log, signal } = options;
  const durable = options.durable ?? true;
  const home = await findHome(folder, log);
  const password = await ensurePassword(folder);
  const version = await dataVersion(home.dataFolder);
  if (version !== undefined) checkVersion(home.dataFolder, version, found);
  const programs = await preparePrograms(found, home.programs, home.as);
  if (version === undefined) {
    log?.notice(`Making a PostgreSQL ${found.major} database in ${home.dataFolder}.`);
    await initialise(home, { programs, password, durable, signal });
  }
  const ready = await launch({ ...options, durable }, home, programs, password);
  await writePort(folder, ready.port);
  return describe(ready, home.dataFolder, password, true);
}

function describe(ready: Ready, dataFolder: string, password: string, started: boolean): EmbeddedServer {
  return { dsn: dsnFor(ready.port, password), port: ready.port, pid: ready.pid, dataFolder, started };
}

async function launch(
  options: StartOptions & { durable: boolean },
  home: Home,
  programs: Programs,
  password: string,
): Promise<Ready> {
  const { folder, log, signal } = options;
  const giveUpAt = Date.now() + orphansMs;
  let port = await choosePort(await readPort(folder));
  for (let attempt = 1; ; ) {
    await removeStalePidFile(home.dataFolder);
    const settings = { port, durable: options.durable, extra: options.settings ?? {} };
    await writeDataFile(settingsPath(home.dataFolder), await settingsText(settings), home.as);
    const server = await spawnServer(pathsIn(folder).log, home, programs);
    const ready = await waitReady({
      dataFolder: home.dataFolder,
      password,
      hasEnded: server.hasEnded,
      log,
      signal,
    });
    if (ready !== undefined) return ready;
    const said = await readLog(pathsIn(folder).log, server.logOffset);
    if (said.includes(lockFileExists) && Date.now() < giveUpAt) {
      const orphans = await endOrphans(home.dataFolder);
      if (orphans > 0) log?.notice(`Ended ${orphans} processes of an earlier server that was killed.`);
      await pause(250, signal);
    } else if (attempt < portAttempts && !(await isFree(port))) {
      // Someone took the port between our look and the server's.
      attempt += 1;
      port = await choosePort(undefined);
    } else {
      throw startFailed(home, said, folder);
    }
  }
}

/** Starts the server in a session of its own, so that neither Ctrl-C nor the end of this process reaches it. */
async function spawnServer(logPath: string, home: Home, programs: Programs) {
  const { file, offset } = await openLog(logPath);
  let child: ChildProcess;
  try {
    child = spawn(programs.postgres, ["-D", home.dataFolder], {
      detached: true,
      windowsHide: true,
      cwd: home.dataFolder,
      stdio: ["ignore", file.fd, file.fd],
      env: childEnv({ LC_ALL: "C", ...programs.env }),
      ...(home.as === undefined ? {} : { uid: home.as.uid, gid: home.as.gid }),
    });
    await once(child, "spawn");
  } catch (error) {
    const because = `Cannot run ${programs.postgres} in ${home.dataFolder}: ${errorMessage(error)}`;
    throw new CopycatError(
      "EMBEDDED_SERVER",
      words(`${because}. Pass `, setting("dsn"), " to use another server."),
      {
        cause: error,
      },
    );
  } finally {
    await file.close();
  }
  child.unref();
  return { hasEnded: () => child.exitCode !== null || child.signalCode !== null, logOffset: offset };
}

function startFailed(home: Home, said: string, folder: string): CopycatError {
  const hint = said.includes(lockFileExists)
    ? " Processes of an earlier server still use the data; end them (they are named postgres), and try again."
    : "";
  return new CopycatError(
    "EMBEDDED_SERVER",
    `PostgreSQL did not start on ${home.dataFolder}.${hint} The end of ${pathsIn(folder).log}:\n` +
      `${lastLines(said) || "(nothing)"}`,
  );
}
