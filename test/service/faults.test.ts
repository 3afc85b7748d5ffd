// The database goes away, and comes back.

import pg from "pg";
import { afterAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../src/database/index.ts";
import { startService } from "../../src/service/index.ts";
import { useDatabase } from "../support/database.ts";
import { get, nodes, openPost, post, textOf, useService } from "./support.ts";

const database = useDatabase();
const service = useService(database);
const name = new URL(database.dsn).pathname.slice(1);

async function administrate(...statements: string[]): Promise<void> {
  const url = new URL(database.dsn);
  url.pathname = "/postgres";
  const client = new pg.Client({ connectionString: url.toString() });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

const endSessions = `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`;

afterAll(() => administrate(`alter database ${name} allow_connections true`));

describe("while the database is away", () => {
  it("nothing is taken, with 503; when it is back all goes on", async () => {
    await administrate(`alter database ${name} allow_connections false`, endSessions);
    const ready = await get(`${service.url}/readyz`);
    expect([ready.status, ready.body.code]).toEqual([503, "CONNECTION"]);
    expect((await get(`${service.url}/healthz`)).status).toBe(200);
    const load = await post(`${service.url}/v1/ingest`, nodes("AWAY", 10));
    expect(load.status).toBe(503);
    expect(load.headers.get("retry-after")).toBe("5");
    await administrate(`alter database ${name} allow_connections true`);
    await expect.poll(async () => (await get(`${service.url}/readyz`)).status, { timeout: 5000 }).toBe(200);
    expect((await post(`${service.url}/v1/ingest`, nodes("AWAY", 10))).body.nodes.inserted).toBe(11);
  });

  it("a load that it took along is answered with 503, and may be sent again", async () => {
    const { request, answer } = openPost(`${service.url}/v1/ingest`);
    request.write(nodes("TORN", 3000));
    await expect
      .poll(async () => (await get(`${service.url}/v1/runs`)).body.loads?.[0]?.state)
      .toBe("running");
    await expect
      .poll(() =>
        database.value(
          "select count(*)::int from pg_stat_activity where query ilike 'copy %' and datname = $1",
          [name],
        ),
      )
      .toBe(1);
    await administrate(endSessions);
    request.end(nodes("TORN", 10));
    const response = await answer;
    expect([response.statusCode, JSON.parse(await textOf(response)).status]).toEqual([503, 503]);
    expect(service.log()).not.toContain(new URL(database.dsn).password || "no password");
    expect((await post(`${service.url}/v1/ingest`, nodes("TORN", 10))).body.nodes.inserted).toBe(11);
  });
});

describe("a search", () => {
  it("that takes too long is ended, with 503", async () => {
    const reads = await openDatabase({ dsn: database.dsn, statementTimeoutMs: 1 });
    const limited = await startService(database.database, { port: 0, reads });
    await post(`${limited.url}/v1/ingest`, nodes("WIDE", 20_000));
    const { status, body } = await get(`${limited.url}/v1/search?text=nothing&under=WIDE`);
    expect([status, body.code]).toEqual([503, "DATABASE"]);
    await limited.stop(0);
    await reads.close();
  });
});
