// What Citus 13 does otherwise than PostgreSQL, and is a reason for something in the stores; seen here to be so still.

import { randomBytes } from "node:crypto";
import type { PoolClient } from "pg";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type Database, openDatabase, withRollback } from "../../src/database/index.ts";

const schema = `traps_${randomBytes(6).toString("hex")}`;
let citus: Database;

beforeAll(async () => {
  citus = await openDatabase({ dsn: inject("citusUrl") });
  await citus.pool.query(`create schema ${schema}`);
  await citus.pool.query(
    `create table ${schema}.entry (space text, key int, value int, constraint entry_once unique (space, key))`,
  );
  await citus.pool.query(
    `select create_distributed_table('${schema}.entry', 'space', colocate_with => 'none')`,
  );
  await citus.pool.query(`insert into ${schema}.entry values ('a', 1, 1)`);
});

afterAll(async () => {
  await citus.pool.query(`drop schema if exists ${schema} cascade`);
  await citus.close();
});

/** What a statement is refused with, in a transaction that is rolled back. */
async function refusal(work: (client: PoolClient) => Promise<unknown>): Promise<object> {
  return withRollback(citus, async (client) => {
    try {
      await work(client);
    } catch (error) {
      const { code, constraint, routine } = error as Record<string, unknown>;
      return { code, constraint, routine };
    }
    return {};
  });
}

test("a refused row of a COPY has no SQLSTATE of its own, hence what a shard refuses goes through staging", async () => {
  const copy = `copy ${schema}.entry from program 'printf "a\\t1\\t2\\n"'`;
  expect(await refusal((client) => client.query(copy))).toEqual({
    code: "XX000",
    constraint: undefined,
    routine: "ReportCopyError",
  });
});

test("a refused row of an INSERT has it, without the name of the constraint", async () => {
  const insert = `insert into ${schema}.entry values ('a', 1, 2)`;
  expect(await refusal((client) => client.query(insert))).toMatchObject({
    code: "23505",
    constraint: undefined,
  });
});

test("staging and table are not correlated: rows that are met are left to ON CONFLICT", async () => {
  const merge = async (client: PoolClient, rest: string) => {
    await client.query("create temp table stage (space text, key int) on commit drop");
    await client.query("insert into stage values ('a', 1), ('a', 2)");
    const text = `with merged as (
      insert into ${schema}.entry as t (space, key, value) select s.space, s.key, 5 from stage s ${rest}
    ) select count(*)::int as count, (count(*) filter (where is_new))::int as fresh from merged`;
    return (await client.query(text)).rows[0];
  };
  const isNew = `not exists (select 1 from ${schema}.entry t where t.space = s.space and t.key = s.key)`;
  expect(await refusal((client) => merge(client, `where ${isNew} returning true as is_new`))).toMatchObject({
    code: "0A000",
  });
  const rest = `on conflict (space, key) do update set value = excluded.value
    where t.value is distinct from excluded.value returning t.xmax = 0 as is_new`;
  expect(await withRollback(citus, (client) => merge(client, rest))).toEqual({ count: 2, fresh: 1 });
});

test.each([
  [
    "an upsert",
    "insert into entry values ('a', 1, 2) on conflict (space, key) do update set value = extract(epoch from now())",
  ],
  ["what RETURNING says", "delete from entry where space = 'a' returning now() > '2020-01-01'"],
])("%s cannot ask the clock", async (_what, text) => {
  const run = (client: PoolClient) => client.query(text.replace("entry", `${schema}.entry`));
  expect(await refusal(run)).toMatchObject({ code: "0A000" });
});

test("the rows of a trigger stand in no statement with a distributed table, hence their keys go between", async () => {
  const fire = async (client: PoolClient, body: string): Promise<void> => {
    await client.query("set local citus.enable_schema_based_sharding = on");
    await client.query("set local citus.enable_unsafe_triggers = on");
    await client.query(`create schema ${schema}_one`);
    for (const table of ["head", "part"]) await client.query(`create table ${schema}_one.${table} (id int)`);
    await client.query(
      `create function ${schema}_one.cascade() returns trigger language plpgsql as $$ ${body} $$`,
    );
    await client.query(
      `create trigger cascade after delete on ${schema}_one.head referencing old table as old_rows
       for each statement execute function ${schema}_one.cascade()`,
    );
    for (const table of ["head", "part"])
      await client.query(`insert into ${schema}_one.${table} values (1), (2)`);
    await client.query(`delete from ${schema}_one.head where id = 1`);
    const { rows } = await client.query(`select id from ${schema}_one.part`);
    expect(rows).toEqual([{ id: 2 }]);
  };
  const remove = `delete from ${schema}_one.part p`;
  const joined = `begin ${remove} using old_rows o where p.id = o.id; return null; end`;
  expect(await refusal((client) => fire(client, joined))).toMatchObject({ code: "XX000" });
  const between = `declare ids int[]; begin ids := array(select id from old_rows);
    ${remove} where p.id = any (ids); return null; end`;
  expect(await refusal((client) => fire(client, between))).toEqual({});
});
