// The faults: when each strikes, what it does, and how the world is put right again afterwards.

import { setTimeout as sleep } from "node:timers/promises";
import type { Client, RunOptions } from "./client.ts";
import type { KnownJob } from "./jobs.ts";
import { type NetworkFault, openProxy } from "./proxy.ts";
import type { FaultServer } from "./server.ts";
import { fillLog, type SmallDisks, useUpLog } from "./smallDisk.ts";

export interface Scene {
  server: FaultServer;
  job: KnownJob;
  /** Name of the database that the job runs in. */
  database: string;
  client: Client;
  random: () => number;
  disks: SmallDisks | null;
}

export interface Fault {
  /** What exactly, for the log. */
  details: string;
  /** Where the client connects; default: the server. */
  port?: number;
  run?: RunOptions;
  /** Of the database, as `alter database ... set` takes it. */
  setting?: string;
  /** Happens beside the client's work. */
  strike?: (scene: Scene) => Promise<void>;
  /** After the client has ended. */
  heal?: (scene: Scene) => Promise<void>;
}

export interface Kind {
  name: string;
  weight: number;
  fits?: (job: KnownJob) => boolean;
  /** In a database on the small disk, or with its log there. */
  needs?: "data disk" | "log disk";
  /** The client is started with these options of Node. */
  nodeOptions?: (random: () => number) => string[];
  make(scene: Scene): Fault | Promise<Fault>;
}

/** Any moment of the job, and some after its end. */
function anyMoment({ random, job }: Scene): number {
  return random() * job.elapsedMs * 1.15;
}

const ms = (value: number): string => `after ${Math.round(value)} ms`;

/** At a random moment. */
function later(scene: Scene, what: string, act: () => void | Promise<void>): Fault {
  const afterMs = anyMoment(scene);
  return {
    details: `${what} ${ms(afterMs)}`,
    strike: async () => {
      await sleep(afterMs);
      await act();
    },
  };
}

const backendsSql = `
  select pid from pg_stat_activity
  where datname = $1 and application_name like 'copycat%' order by query_start desc nulls last`;

/** One of the client's processes in the server, as soon after the moment as there is one. */
async function pickBackend({ server, database, random }: Scene): Promise<number | undefined> {
  const rows = await server.ask<{ pid: number }>("postgres", backendsSql, [database]);
  return rows[Math.floor(random() * rows.length)]?.pid;
}

async function restart(
  scene: Scene,
  signal: "SIGQUIT" | "SIGINT" | "SIGKILL",
  downMs: number,
): Promise<void> {
  await scene.server.end(signal);
  await sleep(downMs);
  await scene.server.ensureRunning();
}

const heal = (scene: Scene): Promise<void> => scene.server.ensureRunning();

function endServer(signal: "SIGQUIT" | "SIGINT" | "SIGKILL"): Kind["make"] {
  return (scene) => {
    const downMs = scene.random() * 1500;
    const what = `${signal}, back ${Math.round(downMs)} ms later,`;
    return { ...later(scene, what, () => restart(scene, signal, downMs)), heal };
  };
}

const limits = [
  "statement_timeout",
  "lock_timeout",
  "idle_in_transaction_session_timeout",
  "transaction_timeout",
];

/** A limit of the database, and a session that holds a lock on what the job is to fill, so that there is what to wait for. */
function limitTime(scene: Scene): Fault {
  const limit = limits[Math.floor(scene.random() * limits.length)] ?? "statement_timeout";
  const value = Math.ceil(scene.random() * 60);
  return {
    details: `${limit} = ${value} ms`,
    setting: `${limit} = '${value}ms'`,
    strike: async ({ server, database, job }) => {
      if (limit !== "lock_timeout" || job.store !== "catalog" || job.before.length === 0) return;
      await server.ask(
        database,
        "begin; lock table nodes in row exclusive mode; select pg_sleep(0.3); commit",
      );
    },
  };
}

async function cutNetwork(scene: Scene, fault: NetworkFault): Promise<Fault> {
  const proxy = await openProxy(scene.server.port, fault);
  return {
    details: `${fault.how} after ${fault.afterBytes} bytes${fault.how === "cut" ? "" : ` for ${Math.round(fault.pauseMs)} ms`}`,
    port: proxy.port,
    heal: () => proxy.close(),
  };
}

/** Most of a load is in its first hundreds of kilobytes. */
function anyByte(random: () => number): number {
  return Math.ceil(10 ** (2.5 + 3 * random()));
}

export const kinds: readonly Kind[] = [
  {
    name: "kill -9 of the client",
    weight: 20,
    make: (scene) => later(scene, "SIGKILL", () => scene.client.kill()),
  },
  {
    name: "pg_terminate_backend",
    weight: 16,
    make: (scene) =>
      later(scene, "terminated", async () => {
        const pid = await pickBackend(scene);
        if (pid !== undefined) await scene.server.ask("postgres", "select pg_terminate_backend($1)", [pid]);
      }),
  },
  {
    name: "kill -9 of a backend",
    weight: 9,
    make: (scene) => ({
      ...later(scene, "SIGKILL", async () => {
        const pid = await pickBackend(scene);
        if (pid !== undefined) process.kill(pid, "SIGKILL");
      }),
      heal,
    }),
  },
  { name: "server: immediate stop and start", weight: 7, make: endServer("SIGQUIT") },
  { name: "server: fast restart", weight: 6, make: endServer("SIGINT") },
  { name: "server: kill -9 and start", weight: 6, make: endServer("SIGKILL") },
  {
    name: "time limits of the server",
    weight: 10,
    make: limitTime,
  },
  {
    name: "network: cut",
    weight: 10,
    make: (scene) => cutNetwork(scene, { afterBytes: anyByte(scene.random), how: "cut", pauseMs: 0 }),
  },
  {
    name: "network: silent, then cut",
    weight: 4,
    make: (scene) =>
      cutNetwork(scene, { afterBytes: anyByte(scene.random), how: "vanish", pauseMs: scene.random() * 1000 }),
  },
  {
    name: "network: stands still for a while",
    weight: 4,
    make: (scene) =>
      cutNetwork(scene, { afterBytes: anyByte(scene.random), how: "stall", pauseMs: scene.random() * 1000 }),
  },
  {
    name: "disk full: data",
    weight: 8,
    needs: "data disk",
    make: ({ disks, random }) => {
      const freeBytes = Math.ceil(random() * 1_500_000);
      disks?.data.leave(freeBytes);
      return { details: `${freeBytes} bytes are free`, heal: async () => disks?.data.clear() };
    },
  },
  {
    name: "disk full: log of the server",
    weight: 3,
    needs: "log disk",
    make: async (scene) => {
      const { server, disks } = scene;
      if (disks !== null) await fillLog(server, disks.log);
      return {
        ...later(scene, "full", () => useUpLog(server)),
        heal: async () => {
          disks?.log.clear();
          await heal(scene);
        },
      };
    },
  },
  {
    name: "client out of memory",
    weight: 3,
    nodeOptions: (random) => [
      `--max-old-space-size=${Math.round(10 + random() * 14)}`,
      "--max-semi-space-size=1",
    ],
    make: () => ({ details: "a small heap" }),
  },
  {
    name: "reading thread out of memory",
    weight: 4,
    fits: ({ readsFiles }) => readsFiles,
    make: ({ random }) => {
      const threadHeapMb = Math.round(3 + random() * 10);
      return { details: `${threadHeapMb} MB`, run: { threadHeapMb } };
    },
  },
  {
    name: "clock jumps",
    weight: 4,
    make: (scene) => {
      const afterMs = anyMoment(scene);
      const shiftMs = Math.round((scene.random() - 0.5) * 2 * 366 * 86_400_000);
      return { details: `${shiftMs} ms ${ms(afterMs)}`, run: { clock: { afterMs, shiftMs } } };
    },
  },
];
