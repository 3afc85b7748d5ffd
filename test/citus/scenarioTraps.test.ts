// What Citus 13 does with tables that are distributed by scenario: what a simulation store needs of it, and what it refuses.

import { randomBytes } from "node:crypto";
import type { PoolClient } from "pg";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type Database, openDatabase, withRollback } from "../../src/database/index.ts";

const schema = `scenario_traps_${randomBytes(6).toString("hex")}`;
let citus: Database;

/** Scenarios as a reference table; what they hold co-located, with the scenario at the head of each key. */
const tables = {
  dataset: `scenario_id int references ${schema}.scenario on delete cascade, id int, name text,
    primary key (scenario_id, id), constraint dataset_once unique (scenario_id, name)`,
  update: `scenario_id int, id bigint, dataset_id int, timestamp bigint, shared_arrays bigint[],
    primary key (scenario_id, id), unique (scenario_id, dataset_id, timestamp)`,
  update_array: `scenario_id int, update_id bigint, attribute_id int, data bytea,
    primary key (scenario_id, update_id, attribute_id)`,
  snapshot: `scenario_id int, id bigint, dataset_id int, timestamp bigint, primary key (scenario_id, id),
    foreign key (scenario_id, dataset_id) references ${schema}.dataset on delete cascade`,
};

beforeAll(async () => {
  citus = await openDatabase({ dsn: inject("citusUrl") });
  const run = (text: string) => citus.pool.query(text);
  await run(`create schema ${schema}`);
  await run(`create table ${schema}.scenario (id int primary key, name text unique)`);
  await run(`select create_reference_table('${schema}.scenario')`);
  for (const [name, columns] of Object.entries(tables)) {
    await run(`create table ${schema}.${name} (${columns})`);
    if (name === "update_array") {
      await run(`alter table ${schema}.update_array alter column data set storage external`);
    }
    const beside = name === "dataset" ? "none" : `${schema}.dataset`;
    await run(
      `select create_distributed_table('${schema}.${name}', 'scenario_id', colocate_with => '${beside}')`,
    );
  }
  const client = await citus.pool.connect();
  try {
    await addTriggers(client);
  } finally {
    client.release(true);
  }
  await run(`insert into ${schema}.scenario select id, 'scenario ' || id from generate_series(1, 8) id`);
  await run(`insert into ${schema}.dataset select id, id, 'roads' from generate_series(1, 8) id`);
});

afterAll(async () => {
  await citus.pool.query(`drop schema if exists ${schema} cascade`);
  await citus.close();
});

/** Those of a store, a scenario at a time: each statement in them is of one shard, which lies where they run. */
async function addTriggers(client: PoolClient): Promise<void> {
  await client.query("set citus.enable_unsafe_triggers = on");
  const add = async (name: string, event: string, on: string, body: string) => {
    await client.query(
      `create function ${schema}.${name}() returns trigger language plpgsql as $$ ${body} $$`,
    );
    const rows = event === "insert" ? "new" : "old";
    await client.query(`create trigger ${name} after ${event} on ${schema}.${on} referencing ${rows} table as rows
      for each statement execute function ${schema}.${name}()`);
  };
  const cascade = (to: string, key: string) => `declare part record; begin
    for part in select scenario_id, array_agg(id) as gone from rows group by scenario_id loop
      delete from ${schema}.${to} t where t.scenario_id = part.scenario_id and t.${key} = any (part.gone);
    end loop; return null; end`;
  await add("cascade_dataset", "delete", "dataset", cascade("update", "dataset_id"));
  await add("cascade_update", "delete", "update", cascade("update_array", "update_id"));
  const stale = `declare part record; begin
    for part in select scenario_id, dataset_id, min(timestamp) as first from rows group by 1, 2 loop
      delete from ${schema}.snapshot s where s.scenario_id = part.scenario_id
        and s.dataset_id = part.dataset_id and s.timestamp >= part.first;
    end loop; return null; end`;
  await add("stale_snapshots", "insert", "update", stale);
}

/** What the work gives, or what it is refused with, in a transaction that is rolled back. */
async function attempt<Result>(work: (client: PoolClient) => Promise<Result>): Promise<Result | object> {
  return withRollback(citus, async (client) => {
    try {
      return await work(client);
    } catch (error) {
      const { code, routine } = error as Record<string, unknown>;
      return { code, routine };
    }
  });
}

async function fill(client: PoolClient, scenario: number): Promise<void> {
  await client.query(`insert into ${schema}.snapshot values (${scenario}, 1, ${scenario}, 4)`);
  await client.query(`insert into ${schema}.snapshot values (${scenario}, 2, ${scenario}, 9)`);
  await client.query(
    `copy ${schema}.update (scenario_id, id, dataset_id, timestamp) from program 'printf "${scenario}\\t1\\t${scenario}\\t5\\n"'`,
  );
  await client.query(
    `copy ${schema}.update_array from program 'printf "${scenario}\\t1\\t7\\t\\\\\\\\\\\\\\\\x00ff\\n"'`,
  );
}

const count = async (client: PoolClient, table: string): Promise<number> =>
  (await client.query(`select count(*)::int as count from ${schema}.${table}`)).rows[0].count;

test("scenarios lie on more than one worker", async () => {
  const { rows } = await citus.pool.query(
    `select distinct nodename, nodeport from citus_shards join generate_series(1, 8) id
       on shardid = get_shard_id_for_distribution_column('${schema}.dataset', id)
     where table_name = '${schema}.dataset'::regclass`,
  );
  expect(rows.length).toBeGreaterThan(1);
});

test("triggers of a shard reach the tables beside it, and no other scenario's", async () => {
  const left = await attempt(async (client) => {
    await fill(client, 1);
    await fill(client, 2);
    const bytes = await client.query(`select data from ${schema}.update_array where scenario_id = 1`);
    await client.query(`delete from ${schema}.update where scenario_id = 1`);
    const snapshots = await client.query(
      `select scenario_id, timestamp::int from ${schema}.snapshot order by scenario_id, timestamp`,
    );
    return {
      bytes: bytes.rows,
      snapshots: snapshots.rows,
      updates: await count(client, "update"),
      arrays: await count(client, "update_array"),
    };
  });
  expect(left).toEqual({
    bytes: [{ data: Buffer.from([0, 255]) }],
    snapshots: [
      { scenario_id: 1, timestamp: 4 },
      { scenario_id: 2, timestamp: 4 },
    ],
    updates: 1,
    arrays: 1,
  });
});

test("a scenario that goes takes its rows of all tables, through keys and triggers", async () => {
  const left = await attempt(async (client) => {
    await fill(client, 3);
    await fill(client, 4);
    await client.query(`delete from ${schema}.scenario where id = 3`);
    const counts: Record<string, number> = {};
    for (const name of Object.keys(tables)) counts[name] = await count(client, name);
    return counts;
  });
  expect(left).toEqual({ dataset: 7, update: 1, update_array: 1, snapshot: 1 });
});

const joined = `select from_update.id from ${schema}.update from_update
  join ${schema}.update_array a on a.update_id = from_update.id`;

test("a join that does not name the scenario is refused; with it, it is a task of one shard", async () => {
  const explain = (rest: string) =>
    attempt(async (client) => {
      const { rows } = await client.query(`explain (costs off) ${joined} ${rest}`);
      return rows.map((row) => row["QUERY PLAN"].trim());
    });
  expect(await attempt((client) => client.query(joined))).toMatchObject({ code: "XX000" });
  const both = "and a.scenario_id = from_update.scenario_id";
  expect(await explain(`${both} where from_update.scenario_id = 1`)).toContain("Task Count: 1");
  expect(await explain(both)).toContain("Task Count: 32");
  // By its name it is found in the reference table on each worker: a look at every shard.
  const byName = `${both} join ${schema}.scenario s on s.id = a.scenario_id where s.name = 'scenario 1'`;
  expect(await explain(byName)).toContain("Task Count: 32");
});

test("no scenario can be made or deleted after a look at all shards in the same transaction, unless it was sequential", async () => {
  const change = (mode: string) =>
    attempt(async (client) => {
      await client.query(`set local citus.multi_shard_modify_mode = '${mode}'`);
      await count(client, "dataset");
      return (await client.query(`delete from ${schema}.scenario where id = 5`)).rowCount;
    });
  expect(await change("parallel")).toEqual({ code: "XX000", routine: "CheckConflictingRelationAccesses" });
  expect(await change("sequential")).toBe(1);
});

test("storage is set before a table is distributed: its shards keep it, and later it is refused", async () => {
  const later = `alter table ${schema}.update_array alter column data set storage external`;
  expect(await attempt((client) => client.query(later))).toMatchObject({ code: "0A000" });
  const { rows } = await citus.pool.query(
    `select distinct result from run_command_on_shards('${schema}.update_array',
       $$select attstorage from pg_attribute where attrelid = '%s'::regclass and attname = 'data'$$)`,
  );
  expect(rows).toEqual([{ result: "e" }]);
});
