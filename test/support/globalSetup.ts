// The one way to a database for tests: TEST_DATABASE_URL, else the embedded PostgreSQL, else a container where
// TEST_DATABASE=container asks for one. Never skipped silently. A template with the catalog is made once; each test
// file clones it.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PostgreSqlContainer } from "@testcontainers/postgresql";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { ensureCatalog } from "../../src/catalog/index.ts";
import { startEmbedded, stopEmbedded } from "../../src/database/embedded/index.ts";
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
  const { dsn } = await startEmbedded({ folder, durable: false });
  return {
    url: dsn,
    stop: async () => {
      await stopEmbedded({ folder });
      await rm(folder, { recursive: true, force: true });
    },
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
