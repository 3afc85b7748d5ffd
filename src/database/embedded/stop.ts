// Stopping the embedded server.

import { CopycatError } from "../../errors.ts";
import { currentPlatform, findPackage, preparePrograms } from "./binaries.ts";
import { checkOwner } from "./folder.ts";
import { findDataFolder } from "./home.ts";
import { withLock } from "./lock.ts";
import { findPostmaster, isServerOf } from "./postmaster.ts";
import { pause, run, sendSignal } from "./processes.ts";
import type { EmbeddedOptions } from "./types.ts";

const timeoutMs = 60_000;

/**
 * Stops the embedded server as `pg_ctl stop -m fast` does: connections end, transactions roll back, data are
 * safe. Waits until it is gone.
 *
 * @throws CopycatError `EMBEDDED_SERVER` when it still runs after 60 s
 */
export async function stopEmbedded(options: EmbeddedOptions): Promise<{ wasRunning: boolean }> {
  const { folder, log, signal } = options;
  if (!(await checkOwner(folder)) || (await findDataFolder(folder)) === undefined)
    return { wasRunning: false };
  return await withLock(folder, { log, signal }, async () => {
    const dataFolder = await findDataFolder(folder);
    const found = dataFolder === undefined ? undefined : await findPostmaster(dataFolder);
    if (dataFolder === undefined || found === undefined) return { wasRunning: false };
    await requestStop(found.pid, dataFolder, folder);
    const giveUpAt = Date.now() + timeoutMs;
    while (await isServerOf(found.pid, dataFolder)) {
      if (Date.now() > giveUpAt) throw stillRunning(found.pid, dataFolder);
      await pause(25, signal);
    }
    return { wasRunning: true };
  });
}

/** SIGINT is the server's "fast shutdown". */
async function requestStop(pid: number, dataFolder: string, folder: string): Promise<void> {
  if (process.platform !== "win32") {
    sendSignal(pid, "SIGINT");
    return;
  }
  // Windows has no signals; pg_ctl knows the server's named pipe. Untested.
  const programs = await preparePrograms(
    await findPackage(currentPlatform()),
    { links: folder, copies: async () => folder },
    undefined,
  );
  await run(programs.pgCtl, ["stop", "-D", dataFolder, "-m", "fast", "--no-wait"], { env: programs.env });
}

function stillRunning(pid: number, dataFolder: string): CopycatError {
  return new CopycatError(
    "EMBEDDED_SERVER",
    `PostgreSQL in ${dataFolder} (process ${pid}) was asked to stop and still runs after ${timeoutMs / 1000} s. ` +
      "It may be writing a large checkpoint: look into .copycat/postgres.log, and ask again.",
  );
}
