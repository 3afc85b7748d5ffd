// The database goes away, and comes back.

import { afterAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../src/database/index.ts";
import { startService } from "../../src/service/index.ts";
import { bringBack, endSessions, nameOf, sendAway } from "../support/awayDatabase.ts";
import { useDatabase } from "../support/database.ts";
import { get, nodes, openPost, post, textOf, useService } from "./support.ts";

const database = useDatabase();
const service = useService(database);

afterAll(() => bringBack(database));

describe("while the database is away", () => {
  it("nothing is taken, with 503; when it is back all goes on", async () => {
    await sendAway(database);
    const ready = await get(`${service.url}/readyz`);
    expect([ready.status, ready.body.code]).toEqual([503, "CONNECTION"]);
    expect((await get(`${service.url}/healthz`)).status).toBe(200);
    const load = await post(`${service.url}/v1/ingest`, nodes("AWAY", 10));
    expect(load.status).toBe(503);
    expect(load.headers.get("retry-after")).toBe("5");
    await bringBack(database);
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
          [nameOf(database)],
        ),
      )
      .toBe(1);
    await endSessions(database);
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
