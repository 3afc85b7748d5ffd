// A database of a Citus cluster: one of its name on each node, and a catalog in a distributed schema.

import pg from "pg";

/** Of the catalog. search_path leads to it, so neither tests nor commands name it. */
export const citusCatalogSchema = "catalog";

/** @param coordinator connection string to the database of the cluster whose nodes are taken */
export async function makeCitusDatabase(coordinator: string, name: string): Promise<void> {
  const nodes = await listNodes(coordinator);
  await Promise.all(
    nodes.map(async (node) => {
      await query(node, "set client_min_messages = warning", `create database ${name}`);
      await query(withDatabase(node, name), "create extension citus", "create extension btree_gin");
    }),
  );
  const [first = coordinator, ...workers] = nodes;
  await query(
    withDatabase(first, name),
    `select citus_set_coordinator_host(${place(first)})`,
    ...workers.map((worker) => `select citus_add_node(${place(worker)})`),
    `alter database ${name} set search_path = ${citusCatalogSchema}, public`,
    `set citus.enable_schema_based_sharding = on`,
    `create schema ${citusCatalogSchema}`,
    // As that of public.
    `grant usage on schema ${citusCatalogSchema} to public`,
    // A store makes its shards anew in each test file: with 32 of each table that is seconds.
    `alter database ${name} set citus.shard_count = 4`,
    // Tests disable triggers by hand, too.
    `alter database ${name} set citus.enable_unsafe_triggers = on`,
  );
}

export async function dropCitusDatabase(coordinator: string, name: string): Promise<void> {
  for (const node of await listNodes(coordinator)) {
    await query(node, `drop database if exists ${name} with (force)`);
  }
}

/** The coordinator comes first. */
async function listNodes(coordinator: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: coordinator });
  await client.connect();
  try {
    const { rows } = await client.query<{ host: string; port: number }>(
      "select nodename as host, nodeport as port from pg_dist_node order by groupid",
    );
    return rows.map(({ host, port }) => {
      const url = new URL(coordinator);
      url.hostname = host;
      url.port = String(port);
      return url.toString();
    });
  } finally {
    await client.end();
  }
}

function place(node: string): string {
  const { hostname, port } = new URL(node);
  return `'${hostname}', ${port}`;
}

function withDatabase(node: string, name: string): string {
  const url = new URL(node);
  url.pathname = `/${name}`;
  return url.toString();
}

async function query(dsn: string, ...texts: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: dsn });
  await client.connect();
  try {
    for (const text of texts) await client.query(text);
  } finally {
    await client.end();
  }
}
