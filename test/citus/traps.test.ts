// What Citus 13 does otherwise than PostgreSQL without a word, or with one that says little: each is the reason for
// something in src/, and is seen here to be so still. A newer Citus that fails one of these lets that go.

import pg, { type PoolClient } from "pg";
import { expect, inject, test, vi } from "vitest";
import { catalogNames, getNode, loadNodes, verifyCatalog } from "../../src/catalog/index.ts";
import { distributedSchemaSettings, withRollback } from "../../src/database/index.ts";
import { dataset, inBatches, load } from "../support/nodes.ts";
import { useCitusCatalog } from "./support/schema.ts";

const citus = useCitusCatalog();
const other = useCitusCatalog();
const names = catalogNames(citus.schema);

const columns = "id, parent, key, structure_family, metadata, specs, access_blob, time_created, time_updated";

/** In a transaction that is rolled back. */
function look<Result>(work: (client: PoolClient) => Promise<Result>): Promise<Result> {
  return withRollback(citus.database, work);
}

/** A node as Tiled inserts it. */
function insertNode(client: PoolClient, key: string) {
  return client.query(
    `insert into ${names.nodes} (parent, key, structure_family, metadata, specs, access_blob)
     values (0, $1, 'container', '{}', '[]', '{}') returning id`,
    [key],
  );
}

async function countClosure(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int as count from ${names.closure}`,
  );
  return rows[0]?.count ?? 0;
}

test("a trigger on the worker finds its tables, whose schema its function names", async () => {
  await look(async (client) => {
    const before = await countClosure(client);
    await insertNode(client, "by hand");
    expect(await countClosure(client)).toBe(before + 2);
  });
});

test("session_replication_role stays at the coordinator, unless settings are passed on, as a load has them", async () => {
  for (const [preparation, rows] of [
    ["select 1", 2],
    [distributedSchemaSettings.join("; "), 0],
  ] as const) {
    await look(async (client) => {
      await client.query(preparation);
      await client.query("set local session_replication_role = replica");
      const before = await countClosure(client);
      await insertNode(client, "replica");
      expect(await countClosure(client)).toBe(before + rows);
    });
  }
  const { schema } = citus;
  const { report } = await load(citus.database, dataset("A", 1), {
    schema,
    triggers: "replica",
    mode: "online",
  });
  expect(report).toMatchObject({ triggers: "replica", closure: { rows: 9 } });
  expect((await verifyCatalog(citus.database, schema)).checks.filter(({ ok }) => !ok)).toEqual([]);
});

test("triggers are kept out by the table's owner, where they are called safe", async () => {
  const disable = `alter table ${names.nodes} disable trigger update_closure_table_when_inserting`;
  await look(async (client) => {
    await client.query(distributedSchemaSettings.join("; "));
    await client.query(disable);
    const before = await countClosure(client);
    await insertNode(client, "disabled");
    expect(await countClosure(client)).toBe(before);
  });
  await expect(look((client) => client.query(disable))).rejects.toMatchObject({
    message: "triggers are not supported on distributed tables",
  });
});

test("the command tag of a merge from a temp table counts what was not inserted; returning does not", async () => {
  await look(async (client) => {
    await client.query("create temp table stage (key text) on commit drop");
    await client.query("insert into stage values ('a'), ('b')");
    const merge = `insert into ${names.structures} (id, structure) select key, '{}' from stage on conflict (id) do nothing`;
    await client.query(merge);
    expect((await client.query(merge)).rowCount).toBe(2);
    expect((await client.query(`${merge} returning id`)).rows).toEqual([]);
  });
});

test("no recursion starts from a temp table, hence staging stands beside the catalog", async () => {
  const climb = (start: string): string => `\
insert into ${names.closure} (ancestor, descendant, depth)
with recursive climb (ancestor, descendant, depth, next) as (
  select id, id, 0, parent from ${start}
  union all
  select n.id, c.descendant, c.depth + 1, n.parent from climb c join ${names.nodes} n on n.id = c.next
)
select ancestor, descendant, depth from climb where depth > 100`;
  await expect(
    look(async (client) => {
      await client.query("create temp table stage (id int4, parent int4) on commit drop");
      await client.query(climb("stage"));
    }),
  ).rejects.toMatchObject({ code: "0A000" });
  await look(async (client) => {
    await client.query(`create unlogged table "${citus.schema}".stage (id int4, parent int4)`);
    await client.query(climb(`"${citus.schema}".stage`));
  });
});

test.each([
  ["now()", "now()::timestamp"],
  ["format()", "format('%s', $1::timestamp)::timestamp"],
])("%s in INSERT ... SELECT between distributed tables is no statement for the worker", async (_, time) => {
  const insert = (text: string): string => `\
insert into ${names.nodes} (${columns})
select s.id, 0, s.key, 'container', '{}', '[]', '{}', $1::timestamp, ${text} from "${citus.schema}".stage s`;
  const run = (text: string): Promise<unknown> =>
    look(async (client) => {
      await client.query(`create unlogged table "${citus.schema}".stage (id int4, key text)`);
      await client.query(`insert into "${citus.schema}".stage values (7, 'seven')`);
      await client.query(insert(text), ["2026-01-01 00:00:00"]);
    });
  await expect(run(time)).rejects.toMatchObject({ code: "42601" });
  await run("$1::timestamp");
});

/** The worker that a schema lives on, and another. */
async function workersOf(schema: string) {
  const [node] = await citus.rows<{ id: number; name: string; port: number }>(
    `select n.nodeid as id, n.nodename as name, n.nodeport as port
     from citus_shards s join pg_dist_node n using (nodename, nodeport) where table_name = $1::regclass`,
    [catalogNames(schema).nodes],
  );
  const [spare] = await citus.rows<{ name: string; port: number }>(
    `select nodename as name, nodeport as port from pg_dist_node
     where noderole = 'primary' and shouldhaveshards and nodeid <> $1 limit 1`,
    [node?.id],
  );
  if (node === undefined || spare === undefined) throw new Error("These tests need two workers.");
  return { node, spare };
}

test("a schema is not moved to another worker while a load reads, but is afterwards", async () => {
  const { schema } = citus;
  const { spare } = await workersOf(schema);
  const move = () =>
    citus.rows("select citus_schema_move($1::regnamespace, $2, $3, 'block_writes')", [
      `"${schema}"`,
      spare.name,
      spare.port,
    ]);
  const nodes = dataset("MOVED", 20, 2);
  async function* batches() {
    yield* inBatches(nodes.slice(0, 30));
    await expect(move()).rejects.toThrow(/could not acquire the lock required to move/);
    yield* inBatches(nodes.slice(30));
  }
  const options = {
    schema,
    policy: "skip",
    mode: "online",
    dryRun: false,
    onReject: () => undefined,
  } as const;
  const report = await loadNodes(citus.database, batches(), options);
  expect(report.nodes.inserted).toBe(nodes.length);
  await move();
  expect((await workersOf(schema)).node).toMatchObject(spare);
  expect((await verifyCatalog(citus.database, schema)).ok).toBe(true);
  const again = await load(citus.database, [...nodes, ...dataset("AFTER", 1)], { schema });
  expect(again.report.nodes).toMatchObject({ inserted: 3, skipped: nodes.length });
});

test("a load that comes while a schema is moved waits, and is whole on the other worker", async () => {
  const { schema } = citus;
  const { spare } = await workersOf(schema);
  const move = citus.rows("select citus_schema_move($1::regnamespace, $2, $3, 'force_logical')", [
    `"${schema}"`,
    spare.name,
    spare.port,
  ]);
  await vi.waitUntil(async () => (await citus.rows("select from get_rebalance_progress()")).length > 0);
  const notices: string[] = [];
  const nodes = dataset("MEANWHILE", 20, 2);
  const { report } = await load(citus.database, nodes, { schema, onNotice: (text) => notices.push(text) });
  await move;
  expect(notices).toEqual([expect.stringContaining("Citus is moving the schema")]);
  expect(report.nodes.inserted).toBe(nodes.length);
  expect((await workersOf(schema)).node).toMatchObject(spare);
  expect((await verifyCatalog(citus.database, schema)).ok).toBe(true);
});

/** Ends the worker's server, and starts it again; both by way of SQL, for which the cluster must be on one machine. */
async function stopWorker({ name, port }: { name: string; port: number }): Promise<() => Promise<void>> {
  const url = new URL(inject("citusUrl"));
  url.hostname = name;
  url.port = String(port);
  const client = new pg.Client({ connectionString: url.toString() });
  client.on("error", () => undefined);
  await client.connect();
  const { rows } = await client.query<{ folder: string; bin: string }>(
    `select current_setting('data_directory') as folder, (select setting from pg_config where name = 'BINDIR') as bin`,
  );
  const { folder = "", bin = "" } = rows[0] ?? {};
  const program = (text: string): string => `copy (select 1) to program '${text}'`;
  // Where the server stands is its data folder; whoever asked is cut off.
  await client.query(program("kill -INT $(head -1 postmaster.pid)")).catch(() => undefined);
  await client.end().catch(() => undefined);
  await citus.rows(program(`while [ -f ${folder}/postmaster.pid ]; do sleep 0.1; done; cat > /dev/null`));
  return async () => {
    const start = `cat > /dev/null; ${bin}/pg_ctl start -w -D ${folder} -l ${folder}/server.log > /dev/null 2>&1`;
    await citus.rows(program(start));
  };
}

test("of a worker that is away the schemas are; those of others can be read, and loaded when it is back", async () => {
  const { schema } = citus;
  const { node, spare } = await workersOf(schema);
  if ((await workersOf(other.schema)).node.id === node.id) {
    const to = [`"${other.schema}"`, spare.name, spare.port];
    await citus.rows("select citus_schema_move($1::regnamespace, $2, $3, 'block_writes')", to);
  }
  await load(other.database, dataset("HERE", 2), { schema: other.schema });
  const start = await stopWorker(node);
  try {
    const away = await load(citus.database, dataset("AWAY", 2), { schema }).catch((error: unknown) => error);
    expect(away).toMatchObject({ code: expect.stringMatching(/^(CONNECTION|DATABASE)$/) });
    expect(await getNode(other.database, "/HERE/H_1", other.schema)).toMatchObject({
      metadata: { index: 1 },
    });
    // Staging is made by DDL, which Citus has all of its nodes take.
    const elsewhere = load(other.database, dataset("MORE", 2), { schema: other.schema });
    await expect(elsewhere).rejects.toMatchObject({ code: expect.stringMatching(/^(CONNECTION|DATABASE)$/) });
  } finally {
    await start();
  }
  for (const { database, schema } of [citus, other]) {
    const { report } = await load(database, dataset("BACK", 2), { schema });
    expect(report.nodes.inserted).toBe(5);
    expect((await verifyCatalog(database, schema)).ok).toBe(true);
  }
});
