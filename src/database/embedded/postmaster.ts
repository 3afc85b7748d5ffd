// The running server, as postmaster.pid tells it, and whether that file tells the truth.
// https://www.postgresql.org/docs/18/storage-file-layout.html; line numbers as in src/include/utils/pidfile.h.

import { readdir, readFile, readlink, rm } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../../errors.ts";
import { processToken, run, sendSignal, signalReaches } from "./processes.ts";

export interface Postmaster {
  pid: number;
  /** Undefined in the first moments of a start. */
  port: number | undefined;
  /** As pg_ctl sees it: `starting` (which includes crash recovery), `ready`, `stopping`, `standby`. */
  status: string;
}

/** The server that runs on the data folder, if one does. */
export async function findPostmaster(dataFolder: string): Promise<Postmaster | undefined> {
  const text = await readFile(pidFile(dataFolder), "utf8").catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const lines = text.split("\n");
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !(await isServerOf(pid, dataFolder))) return undefined;
  const port = Number(lines[3]);
  return { pid, port: port > 0 ? port : undefined, status: lines[7]?.trim() ?? "starting" };
}

/**
 * Removes a postmaster.pid whose process is gone, or is another program that got the same id since: PostgreSQL
 * would refuse to start because of the latter. Call it with the lock held. Should the file be wrongly
 * removed all the same, the server's shared memory still keeps a second one from starting.
 */
export async function removeStalePidFile(dataFolder: string): Promise<void> {
  if ((await findPostmaster(dataFolder)) === undefined) await rm(pidFile(dataFolder), { force: true });
}

/**
 * Ends what a killed server left: a process in a long query does not notice that its postmaster is gone, and
 * keeps the shared memory that stops a new one. SIGQUIT is how a postmaster ends them after a crash: at once,
 * touching nothing; recovery does the rest. Call it with the lock held. Answers how many there were.
 */
export async function endOrphans(dataFolder: string): Promise<number> {
  if (process.platform !== "linux" || (await findPostmaster(dataFolder)) !== undefined) return 0;
  const pids = (await readdir("/proc")).map(Number).filter(Number.isInteger);
  const ours = await Promise.all(pids.map((pid) => isServerOf(pid, dataFolder)));
  const orphans = pids.filter((_, index) => ours[index]);
  for (const pid of orphans) sendSignal(pid, "SIGQUIT");
  return orphans.length;
}

/** True while the process lives and is the server of this data folder, or one of its processes. */
export async function isServerOf(pid: number, dataFolder: string): Promise<boolean> {
  if (process.platform === "linux") {
    if ((await processToken(pid)) === undefined) return false;
    // The server changes to its data folder before it writes postmaster.pid.
    const [current, name] = await Promise.all([
      readlink(`/proc/${pid}/cwd`).catch(() => undefined),
      readFile(`/proc/${pid}/comm`, "utf8").catch(() => ""),
    ]);
    return current === dataFolder && name.startsWith("postgres");
  }
  // Untested: macOS shows `postgres -D FOLDER`; Windows tells no more than that the process lives.
  if (process.platform === "win32") return signalReaches(pid);
  const { status, output } = await run("ps", ["-o", "command=", "-p", String(pid)]);
  return status === 0 && output.includes("postgres") && output.includes(dataFolder);
}

function pidFile(dataFolder: string): string {
  return join(dataFolder, "postmaster.pid");
}
