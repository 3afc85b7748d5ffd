// The one way to a database for tests: TEST_DATABASE_URL, else the embedded PostgreSQL, else a container where
// TEST_DATABASE=container asks for one. Never skipped silently. A template with the catalog is made once; each test
// file clones it.

import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PostgreSqlContainer } from "@testcontainers/postgresql";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { ensureCatalog } from "../../src/catalog/index.ts";
import { startEmbedded, stopEmbedded } from "../../src/database/embedded/index.ts";
import { sendSignal } from "../../src/database/embedded/processes.ts";
import { openDatabase } from "../../src/database/index.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Connection string of the server, to a database that may create others. */
    serverUrl: string;
    /** Name of a database with an empty catalog. */
    template: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await reachServer();
  const template = `copycat_template_${process.pid}`;
  await query(server.url, `create database ${template}`);
  const database = await openDatabase({ dsn: withDatabaseName(server.url, template) });
  await ensureCatalog(database);
  await database.close();
  project.provide("serverUrl", server.url);
  project.provide("template", template);
  return async () => {
    await query(server.url, `drop database ${template} with (force)`);
    await server.stop();
  };
}

async function reachServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const given = process.env.TEST_DATABASE_URL;
  if (given !== undefined && given !== "") return { url: given, stop: () => Promise.resolve() };
  if (process.env.TEST_DATABASE === "container") {
    const container = await new PostgreSqlContainer("postgres:18").start();
    return {
      url: container.getConnectionUri(),
      stop: async () => {
        await container.stop();
      },
    };
  }
  const folder = await mkdtemp(join(tmpdir(), "copycat-test-"));
  const { dsn, pid } = await startEmbedded({ folder, durable: false });
  const release = onInterrupt(() => {
    // It ends at once.
    sendSignal(pid, "SIGQUIT");
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  });
  return {
    url: dsn,
    stop: async () => {
      await stopEmbedded({ folder });
      await rm(folder, { recursive: true, force: true });
      release();
    },
  };
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A run that is interrupted ends without its teardown, and the server, in a session of its own, would stay. */
function onInterrupt(stop: () => void): () => void {
  const exit = (): void => process.exit(1);
  for (const signal of signals) process.on(signal, exit);
  process.on("exit", stop);
  return () => {
    for (const signal of signals) process.off(signal, exit);
    process.off("exit", stop);
  };
}

function withDatabaseName(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.toString();
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(text);
  await client.end();
}
