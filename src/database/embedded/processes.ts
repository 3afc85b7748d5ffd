// Processes of the operating system: run one to its end, tell whether one lives and whether it is still the same.

import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { childEnv } from "../../config.ts";
import { CopycatError, errorCode, errorMessage } from "../../errors.ts";
import type { SystemUser } from "./types.ts";

export interface RunOptions {
  as?: SystemUser | undefined;
  env?: Readonly<Record<string, string>>;
  signal?: AbortSignal | undefined;
}

export interface RunResult {
  /** Exit status; null when a signal ended it or it could not be started. */
  status: number | null;
  /** Standard output, then standard error. */
  output: string;
  /** Why it could not be started at all: an errno name such as ENOENT or EACCES. */
  spawnError?: string;
}

/** Runs a program to its end. Never throws for what the program does; an abort kills it. */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const output: [string[], string[]] = [[], []];
  const result = (status: number | null) => ({ status, output: output.flat().join("").trim() });
  return await new Promise<RunResult>((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: childEnv({ LC_ALL: "C", ...options.env }),
      windowsHide: true,
      ...(options.as === undefined ? {} : { uid: options.as.uid, gid: options.as.gid }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    child.stdout.setEncoding("utf8").on("data", (text: string) => output[0].push(text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => output[1].push(text));
    child.on("error", reject);
    child.on("close", (status) => resolve(result(status)));
    // ENOENT and EACCES come as an event, EPERM and the rest are thrown by spawn itself.
  }).catch((error: unknown) => ({ ...result(null), spawnError: errorCode(error) ?? errorMessage(error) }));
}

/**
 * What tells a process from a later one with the same id, or undefined when no process has that id.
 * A zombie is dead: in a container whose first process reaps no children it keeps its id for ever.
 */
export async function processToken(pid: number): Promise<string | undefined> {
  if (process.platform === "linux") {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
    if (stat === undefined) return undefined;
    // proc(5): the name in parentheses may hold anything; after it come the state (3) ... start time (22).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
    return `${fields[19] ?? ""}x${boot.slice(0, 8)}`;
  }
  if (!signalReaches(pid)) return undefined;
  if (process.platform === "win32") return "alive";
  const { status, output } = await run("ps", ["-o", "lstart=", "-p", String(pid)]);
  return status === 0 ? output.replace(/\W+/g, "") : undefined;
}

/** True when the process exists, as far as a signal can tell (EPERM: it does, and belongs to another user). */
export function signalReaches(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

/** Sends a signal; a process that is gone by now is no error. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (errorCode(error) !== "ESRCH") throw error;
  }
}

/** Waits; an abort ends the wait with `CANCELLED`. */
export async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  throwIfCancelled(signal);
  await sleep(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() =>
    throwIfCancelled(signal),
  );
}

/** @throws CopycatError `CANCELLED` after an abort. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new CopycatError("CANCELLED", "Cancelled while waiting for the embedded PostgreSQL.", {
      cause: signal.reason,
    });
  }
}
