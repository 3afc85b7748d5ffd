// GET /v1/status: what the page shows beside loads and runs.

import { expect, it } from "vitest";
import { countDatasets } from "../../src/catalog/index.ts";
import { useDatabase } from "../support/database.ts";
import { get, nodes, post, useService } from "./support.ts";

const database = useDatabase();
const service = useService(database);

it("tells of version, database without its user, rates and datasets, and is kept by nobody", async () => {
  await post(`${service.url}/v1/ingest`, nodes("SMALL", 2));
  await post(`${service.url}/v1/ingest`, `${nodes("LARGE", 5)}{"path":"/LARGE/n0/deep"}\n`);
  const { status, headers, body } = await get(`${service.url}/v1/status`);
  expect([status, headers.get("cache-control")]).toEqual([200, "no-store"]);
  const { pathname, host } = new URL(database.dsn);
  expect(body.database).toMatchObject({ name: pathname.slice(1), host });
  expect(body.version).toMatch(/^\d+\.\d+\.\d+/);
  const counted = async () => (await get(`${service.url}/v1/status`)).body.datasets?.datasets;
  await expect.poll(counted, { timeout: 10_000 }).toEqual([
    { key: "LARGE", nodes: 6 },
    { key: "SMALL", nodes: 2 },
  ]);
  const most = async () => Math.max(...(await get(`${service.url}/v1/status`)).body.rates.stores.catalog);
  await expect.poll(most, { timeout: 10_000 }).toBeGreaterThan(0);
});

it("does not wait where the tables are held, and counting gives up in time", async () => {
  const holder = await database.database.pool.connect();
  try {
    await holder.query("begin; lock table nodes in access exclusive mode");
    expect((await get(`${service.url}/v1/status`)).status).toBe(200);
    await expect(countDatasets(database.database, { timeoutMs: 100 })).rejects.toMatchObject({
      name: "CopycatError",
    });
    const abort = new AbortController();
    const counting = countDatasets(database.database, { timeoutMs: 60_000, signal: abort.signal });
    setTimeout(() => abort.abort(), 200);
    await expect(counting).rejects.toMatchObject({ name: "CopycatError" });
  } finally {
    await holder.query("rollback");
    holder.release();
  }
});
