// The engine on a table of a user's own, in shards and as an ordinary one: equal, or refused with nothing changed.

import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import {
  bulkDelete,
  bulkLoad,
  bulkLookup,
  bulkUpdate,
  describeTable,
  type MergePolicy,
  type TableDescription,
} from "../../src/bulk/index.ts";
import { type Database, openDatabase } from "../../src/database/index.ts";

const schema = `any_${randomBytes(6).toString("hex")}`;
let citus: Database;

beforeAll(async () => {
  citus = await openDatabase({ dsn: inject("citusUrl") });
  await citus.pool.query(`create schema ${schema}`);
  for (const name of ["sharded", "plain"]) {
    await citus.pool.query(`create table ${schema}.${name}
      (tenant text, id int8, v text, n int check (n >= 0), primary key (tenant, id))`);
  }
  await citus.pool.query(
    `select create_distributed_table('${schema}.sharded', 'tenant', colocate_with => 'none')`,
  );
});

afterAll(async () => {
  await citus.pool.query(`drop schema if exists ${schema} cascade`);
  await citus.close();
});

const describeSamples = async (name: string): Promise<TableDescription> => ({
  ...(await describeTable(citus, `${schema}.${name}`)),
  conflictKey: ["tenant", "id"],
});

const samples = (first: number, count: number, v: string) =>
  Array.from({ length: count }, (_, index) => {
    const id = first + index;
    return { tenant: `t${id % 7}`, id, v, n: id % 500 === 499 ? -1 : id };
  });

async function rowsOf(name: string): Promise<unknown[]> {
  const { rows } = await citus.pool.query(
    `select tenant, id::int, v, n from ${schema}.${name} order by tenant, id`,
  );
  return rows;
}

test.each<[MergePolicy, number, string]>([
  ["skip", 0, "first"],
  ["skip", 2000, "second"],
  ["update", 1000, "third"],
])("loads with the policy %s from %i on are the same, refused rows as well", async (policy, first, v) => {
  const reports = [];
  for (const name of ["sharded", "plain"]) {
    const rejected: number[] = [];
    const report = await bulkLoad(citus, await describeSamples(name), samples(first, 3000, v), {
      policy,
      onReject: ({ position }) => void rejected.push(position),
    });
    reports.push({ report, rejected: rejected.sort((a, b) => a - b) });
  }
  expect(reports[0]).toEqual(reports[1]);
  expect(reports[0]?.rejected.length).toBe(6);
  const [sharded, plain] = [await rowsOf("sharded"), await rowsOf("plain")];
  expect(sharded.length).toBeGreaterThan(2900);
  expect(sharded).toEqual(plain);
});

test("rows are looked up by their keys, those that are not there as well", async () => {
  const keys = [3, 4999, 17, 100_000].map((id) => ({ tenant: `t${id % 7}`, id }));
  const [sharded, plain] = await Promise.all(
    ["sharded", "plain"].map(async (name) => bulkLookup(citus, await describeSamples(name), keys)),
  );
  expect(sharded).toEqual(plain);
  expect(sharded?.map((row) => row !== undefined)).toEqual([true, false, true, false]);
});

test("updates and deletions, which go through staging, are refused with what to do, and change nothing", async () => {
  const table = await describeSamples("sharded");
  const before = await rowsOf("sharded");
  for (const count of [1, 5000]) {
    for (const change of [bulkUpdate, bulkDelete]) {
      await expect(change(citus, table, samples(0, count, "never"))).rejects.toMatchObject({
        code: "USAGE",
        message: expect.stringMatching(/lie in shards of a Citus cluster.* A load with the policy update/s),
      });
    }
  }
  expect(await rowsOf("sharded")).toEqual(before);
});
