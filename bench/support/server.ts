// The server that is measured, and a database of one's own on it.

import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { startEmbedded, stopEmbedded } from "../../src/index.ts";
import { startPgvector } from "../../test/pgvector/support/server.ts";

export const serverKinds = ["embedded", "pgvector"] as const;

export interface ServerOptions {
  dsn?: string | undefined;
  /** Without `dsn`: the embedded PostgreSQL, or the one with pgvector that the tests use. */
  server?: string | undefined;
  /** Settings for a server that is started here. */
  settings?: Readonly<Record<string, string>>;
}

export interface BenchDatabase {
  dsn: string;
  connect(): Promise<pg.Client>;
}

/** Runs `work` on an empty database, which goes afterwards, and so does a server that was started for it. */
export async function withBenchDatabase<Result>(
  options: ServerOptions,
  work: (database: BenchDatabase) => Promise<Result>,
): Promise<Result> {
  const { interrupted, release } = interruption();
  const server = await reachServer(options);
  const name = `copycat_bench_${randomBytes(4).toString("hex")}`;
  try {
    await administrate(server.dsn, `create database ${name}`);
    try {
      const url = new URL(server.dsn);
      url.pathname = `/${name}`;
      const dsn = url.toString();
      return await Promise.race([work({ dsn, connect: () => connect(dsn) }), interrupted]);
    } finally {
      await administrate(server.dsn, `drop database if exists ${name} with (force)`);
    }
  } finally {
    release();
    await server.stop();
  }
}

/** Durable, as real data are: that is what is measured. */
async function reachServer({ dsn, server = "embedded", settings = {} }: ServerOptions) {
  if (dsn !== undefined) return { dsn, stop: async () => undefined };
  if (server === "pgvector") return await startPgvector({ durable: true, settings });
  if (server !== "embedded") throw new Error(`--server is ${serverKinds.join(" or ")}, not ${server}.`);
  const folder = await mkdtemp(join(tmpdir(), "copycat-bench-"));
  const started = await startEmbedded({ folder, settings });
  return {
    dsn: started.dsn,
    stop: async () => {
      await stopEmbedded({ folder });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Ctrl-C ends the work, and what was made for it is removed all the same. */
function interruption(): { interrupted: Promise<never>; release: () => void } {
  const signals = ["SIGINT", "SIGTERM"] as const;
  const { promise, reject } = promiseOfFailure();
  const listener = (signal: string): void => reject(new Error(`Ended by ${signal}.`));
  for (const signal of signals) process.once(signal, listener);
  return {
    interrupted: promise,
    // Databases are made one after the other, and within each other: listeners must not pile up.
    release: () => {
      for (const signal of signals) process.removeListener(signal, listener);
    },
  };
}

function promiseOfFailure(): { promise: Promise<never>; reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<never>((_resolve, rejectPromise) => {
    reject = rejectPromise;
  });
  // It may come while the server still starts, before anyone listens.
  promise.catch(() => undefined);
  return { promise, reject };
}

async function connect(dsn: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: dsn });
  // An interrupted run loses its connections with its database.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

async function administrate(dsn: string, text: string): Promise<void> {
  const client = await connect(dsn);
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
