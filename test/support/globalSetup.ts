// The one way to a database for tests: a server (reachServer.ts), or as many as the profile wants, and on it a template with the
// catalog, which each test file clones.

import pg from "pg";
import type { TestProject } from "vitest/node";
import { ensureCatalog } from "../../src/catalog/index.ts";
import { openDatabase } from "../../src/database/index.ts";
import { chooseProfile, type Profile } from "./profile.ts";
import { reachServer, type TestServer } from "./reachServer.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Connection string of the server, to a database that may create others. */
    serverUrl: string;
    /** Name of a database with an empty catalog. */
    template: string;
    /** All servers of the profile, the one above first. */
    servers: readonly ServerFacts[];
    profile: Profile;
  }
}

export interface ServerFacts {
  url: string;
  template: string;
}

const countOf: Record<Profile, number> = { plain: 1, servers: 3, citus: 1 };

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const profile = chooseProfile(project.config.env?.COPYCAT_TEST_PROFILE);
  const servers: TestServer[] = [];
  const stop = async (): Promise<void> => {
    for (const server of servers) await server.stop();
  };
  try {
    const facts: ServerFacts[] = [];
    for (let number = 0; number < countOf[profile]; number++) {
      const server = await reachServer(process.env);
      servers.push(server);
      facts.push({ url: server.url, template: await makeTemplate(server) });
    }
    const [first] = facts;
    if (first === undefined) throw new Error("No profile has no server.");
    if (new Set(facts.map(({ url }) => url)).size < facts.length) {
      throw new Error("The profile of several servers makes its own: run it without TEST_DATABASE_URL.");
    }
    project.provide("serverUrl", first.url);
    project.provide("template", first.template);
    project.provide("servers", facts);
    project.provide("profile", profile);
    return async () => {
      for (const { url, template } of facts) await query(url, `drop database ${template} with (force)`);
      await stop();
    };
  } catch (error) {
    // Nobody tears down what was not set up whole.
    await stop();
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
