// One at a time in a folder, over processes, and free again after kill -9.
//
// Every contender makes a file of its own, named after itself, and then looks around: alone, it holds the lock;
// not alone, it takes its file back and tries again after a random while. The file of a dead process can be
// removed by anyone without a race, because no living process can have the same name. (A single lock file
// cannot be taken over without one: between reading "its owner is dead" and removing it, it may be a new one.)

import { randomBytes } from "node:crypto";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../../log.ts";
import { pause, processToken } from "./processes.ts";

export interface LockOptions {
  log?: Log | undefined;
  signal?: AbortSignal | undefined;
}

const prefix = "lock-";
const noticeAfterMs = 10_000;

/** Runs `work` while no other process, nor another call in this one, runs it for the same folder. */
export async function withLock<T>(folder: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const token = (await processToken(process.pid)) ?? "unknown";
  const own = `${prefix}${process.pid}-${token}-${randomBytes(4).toString("hex")}`;
  const began = Date.now();
  let told = false;
  for (;;) {
    if ((await tryLock(folder, own)) === undefined) break;
    const holder = await findOther(folder, own);
    if (!told && holder !== undefined && Date.now() - began > noticeAfterMs) {
      told = true;
      options.log?.notice(`Waiting for process ${holder}, which starts or stops the embedded PostgreSQL.`);
    }
    await pause(30 + Math.random() * 100, options.signal);
  }
  try {
    return await work();
  } finally {
    await rm(join(folder, own), { force: true });
  }
}

/** Takes the lock, or answers whose it is. */
async function tryLock(folder: string, own: string): Promise<number | undefined> {
  // Looking first keeps the waiters from standing in each other's way with their own files.
  const before = await findOther(folder, own);
  if (before !== undefined) return before;
  await writeFile(join(folder, own), "", { flag: "wx", mode: 0o600 });
  const after = await findOther(folder, own);
  if (after !== undefined) await rm(join(folder, own), { force: true });
  return after;
}

/** The process id of a living other contender; the files of dead ones are removed. */
async function findOther(folder: string, own: string): Promise<number | undefined> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix) || name === own) continue;
    const [pid = "0", token] = name.slice(prefix.length).split("-");
    if ((await processToken(Number(pid))) === token) return Number(pid);
    await rm(join(folder, name), { force: true });
  }
  return undefined;
}
