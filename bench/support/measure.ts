// One measured run: how long it took, and whose processor and disk paid for it.

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type pg from "pg";

export interface Measured {
  elapsedMs: number;
  /** Processor time of this process. */
  clientCpuMs: number;
  /** Processor time of the server's processes for this database; null when the server is on another machine. */
  serverCpuMs: number | null;
  /** Written to the server's log by anyone, so by us when we are alone. */
  walBytes: number;
}

/** What the kernel counts processor time in: 1/100 s on every Linux. */
const tickMs = 10;

/** @param observer a connection of its own to the same database, which does nothing meanwhile */
export async function measure(observer: pg.Client, work: () => Promise<unknown>): Promise<Measured> {
  // Rubbish of the run before is not to be cleared up at the expense of this one.
  globalThis.gc?.();
  const walBefore = await walPosition(observer);
  const serverBefore = await serverCpuMs(observer);
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  await work();
  const elapsedMs = performance.now() - start;
  const cpu = process.cpuUsage(cpuBefore);
  const serverAfter = await serverCpuMs(observer);
  return {
    elapsedMs,
    clientCpuMs: (cpu.user + cpu.system) / 1000,
    serverCpuMs: serverBefore === null || serverAfter === null ? null : serverAfter - serverBefore,
    walBytes: (await walPosition(observer)) - walBefore,
  };
}

async function walPosition(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>(
    "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::text as bytes",
  );
  return Number(rows[0]?.bytes);
}

/** Of all that are connected to this database, so that it does not matter on which connection the work is done. */
async function serverCpuMs(client: pg.Client): Promise<number | null> {
  const { rows } = await client.query<{ pid: number }>(
    "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
  );
  let ticks = 0;
  for (const { pid } of rows) {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    if (!stat.includes("(postgres")) return null;
    // proc(5): after the name in parentheses come the state (3) ... user time (14) and system time (15).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * tickMs;
}

/** What the kernel still had to write of 900 MB of text made the next way's run up to 60 % slower. */
const settleMs = 3000;

/**
 * Before a run, so that no checkpoint of an earlier one falls into it, nor what the kernel has yet to write. Only
 * superusers may have a checkpoint; others go without.
 */
export async function checkpoint(client: pg.Client): Promise<void> {
  await client.query("checkpoint").catch((error: unknown) => {
    if ((error as { code?: string }).code !== "42501") throw error;
  });
}

/** As `checkpoint`, and waits for the disk; where there is no sync(1), only for a while. */
export async function settle(client: pg.Client): Promise<void> {
  await checkpoint(client);
  await promisify(execFile)("sync").catch(() => undefined);
  await sleep(settleMs);
}
