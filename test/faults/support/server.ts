// A server of the suite's own, which is killed and started again: durable, so that what it does after a crash is what it does
// elsewhere.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { startEmbedded, stopEmbedded } from "../../../src/database/embedded/index.ts";
import { isServerOf } from "../../../src/database/embedded/postmaster.ts";
import { sendSignal } from "../../../src/database/embedded/processes.ts";

const settings = {
  // Which rows were committed together.
  track_commit_timestamp: true,
  // A crash would else open each file of each database.
  recovery_init_sync_method: "syncfs",
  // 250 MB a server is much for two of them with small databases.
  shared_buffers: "64MB",
  max_connections: 60,
  // The log lies on a small disk, where one can be had.
  max_wal_size: "128MB",
  min_wal_size: "64MB",
};

/** A server that can be asked, whoever started it. */
export interface Asked {
  dsn(database?: string, port?: number): string;
  ask<Row extends pg.QueryResultRow>(database: string, text: string, values?: unknown[]): Promise<Row[]>;
}

export class FaultServer implements Asked {
  readonly folder: string;
  #dsn = "";
  #pid = 0;
  #dataFolder = "";

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async start(): Promise<FaultServer> {
    const server = new FaultServer(await mkdtemp(join(tmpdir(), "copycat-faults-")));
    await server.ensureRunning();
    return server;
  }

  get port(): number {
    return Number(new URL(this.#dsn).port);
  }

  get pid(): number {
    return this.#pid;
  }

  dsn(database = "copycat", port = this.port): string {
    const url = new URL(this.#dsn);
    url.pathname = `/${database}`;
    url.port = String(port);
    return url.toString();
  }

  /** Starts it where it is down, and waits for its recovery. */
  async ensureRunning(): Promise<void> {
    const { dsn, pid, dataFolder } = await startEmbedded({ folder: this.folder, durable: true, settings });
    this.#dsn = dsn;
    this.#pid = pid;
    this.#dataFolder = dataFolder;
  }

  /** SIGQUIT: immediate, SIGINT: fast, SIGKILL: no shutdown at all. Waits until the postmaster is gone. */
  async end(signal: "SIGQUIT" | "SIGINT" | "SIGKILL"): Promise<void> {
    sendSignal(this.#pid, signal);
    while (await isServerOf(this.#pid, this.#dataFolder)) await sleep(5);
  }

  ask<Row extends pg.QueryResultRow>(database: string, text: string, values: unknown[] = []): Promise<Row[]> {
    return askServer<Row>(this.dsn(database), text, values);
  }

  async remove(): Promise<void> {
    await stopEmbedded({ folder: this.folder });
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** One statement on a connection of its own; tried again while the server recovers. */
export async function askServer<Row extends pg.QueryResultRow>(
  dsn: string,
  text: string,
  values: unknown[],
): Promise<Row[]> {
  for (let attempt = 1; ; attempt++) {
    const client = new pg.Client({ connectionString: dsn, application_name: "fault suite" });
    client.on("error", () => undefined);
    try {
      await client.connect();
      return (await client.query<Row>(text, values)).rows;
    } catch (error) {
      const isRefused = error instanceof pg.DatabaseError && !/^(57P|53300|55006)/.test(error.code ?? "");
      if (isRefused || attempt === 100) throw error;
      await sleep(100);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
