// The server that these tests run on is what the memory store expects of pgvector.

import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../support/database.ts";

const db = useDatabase({ empty: true });

beforeAll(async () => {
  await db.rows("create extension vector");
});

test("the extension can be created, in a version that has HNSW and halfvec", async () => {
  const version = await db.value<string>("select extversion from pg_extension where extname = 'vector'");
  const [major = 0, minor = 0] = version.split(".").map(Number);
  expect(major * 100 + minor).toBeGreaterThanOrEqual(7);
});

test("a vector knows its dimensions, and a column refuses others", async () => {
  expect(await db.value("select vector_dims('[1,2,3]'::vector)")).toBe(3);
  await db.rows("create table three (embedding vector(3))");
  await expect(db.rows("insert into three values ('[1,2]')")).rejects.toMatchObject({ code: "22000" });
  await expect(db.rows("insert into three values ('[1,2,NaN]')")).rejects.toMatchObject({ code: "22000" });
});

test("cosine distance", async () => {
  expect(await db.value("select '[1,0]'::vector <=> '[0,2]'::vector")).toBeCloseTo(1, 6);
  expect(await db.value("select '[1,1]'::vector <=> '[3,3]'::vector")).toBeCloseTo(0, 6);
  expect(await db.value("select '[1,0]'::vector <=> '[1,1]'::vector")).toBeCloseTo(1 - Math.SQRT1_2, 6);
});

test("an HNSW index builds on 384 dimensions and answers the nearest neighbours", async () => {
  await db.rows("create table items (id int primary key, embedding vector(384))");
  // A circle in the first two dimensions: the neighbours are known.
  await db.rows(`
    insert into items
    select n, (array[cos(n * 0.06), sin(n * 0.06)]::float4[] || array_fill(0.01::float4, array[382]))::vector
    from generate_series(0, 99) as n`);
  await db.rows("create index items_embedding on items using hnsw (embedding vector_cosine_ops)");
  const { database } = db;
  const client = await database.pool.connect();
  try {
    await client.query("set enable_seqscan = off");
    const nearest = `
      select id from items order by embedding <=> (select embedding from items where id = 42) limit 3`;
    const { rows: plan } = await client.query<{ "QUERY PLAN": string }>(`explain ${nearest}`);
    expect(plan.map((line) => line["QUERY PLAN"]).join("\n")).toContain("items_embedding");
    const { rows } = await client.query<{ id: number }>(nearest);
    expect(rows[0]?.id).toBe(42);
    expect(rows.every(({ id }) => Math.abs(id - 42) <= 2)).toBe(true);
  } finally {
    client.release(true);
  }
});
