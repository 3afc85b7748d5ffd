// The one way to a database for tests: a server (reachServer.ts), and on it a template with the catalog, which each test file
// clones.

import pg from "pg";
import type { TestProject } from "vitest/node";
import { ensureCatalog } from "../../src/catalog/index.ts";
import { openDatabase } from "../../src/database/index.ts";
import { reachServer, type TestServer } from "./reachServer.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Connection string of the server, to a database that may create others. */
    serverUrl: string;
    /** Name of a database with an empty catalog. */
    template: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await reachServer(process.env);
  try {
    const template = await makeTemplate(server);
    project.provide("serverUrl", server.url);
    project.provide("template", template);
    return async () => {
      await query(server.url, `drop database ${template} with (force)`);
      await server.stop();
    };
  } catch (error) {
    // Nobody tears down what was not set up whole.
    await server.stop();
    throw error;
  }
}

async function makeTemplate({ url, kind }: TestServer): Promise<string> {
  const [{ version }] = await query<{ version: string }>(
    url,
    "select current_setting('server_version') as version",
  );
  process.stderr.write(`Tests run on PostgreSQL ${version} (${kind}).\n`);
  const template = `copycat_template_${process.pid}`;
  await query(url, `create database ${template}`);
  const database = await openDatabase({ dsn: withDatabaseName(url, template) });
  await ensureCatalog(database);
  await database.close();
  return template;
}

function withDatabaseName(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.toString();
}

async function query<Row extends pg.QueryResultRow>(url: string, text: string): Promise<[Row, ...Row[]]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<Row>(text);
  await client.end();
  return rows as [Row, ...Row[]];
}
