// Requests with a key of their own: done once, however often they are sent.

import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { useDatabase } from "../support/database.ts";
import { everyKind, get, nodes, openPost, post, textOf, useService } from "./support.ts";

const database = useDatabase();
const service = useService(database);
const ingest = (query = ""): string => `${service.url}/v1/ingest${query}`;

describe("a request with an Idempotency-Key", () => {
  it("is a run of that id; sent again it gets the same answer and loads nothing", async () => {
    const id = randomUUID();
    const headers = { "idempotency-key": id };
    const first = await post(ingest(), nodes("ONCE", 10), headers);
    expect([first.status, first.body.run, first.body.nodes.inserted]).toEqual([200, id, 11]);
    const second = await post(ingest(), gzipSync(nodes("ONCE", 10)), {
      ...headers,
      "content-encoding": "gzip",
    });
    expect(second.status).toBe(200);
    expect(second.headers.get("idempotent-replayed")).toBe("true");
    expect(second.body).toEqual(first.body);
    expect(await database.value("select count(*)::int from copycat.run where dataset = 'ONCE'")).toBe(1);
  });

  it("of another store is kept, too", async () => {
    const headers = { "idempotency-key": randomUUID() };
    const url = `${service.url}/v1/library/files?library=once`;
    const line = '{"path":"a.flac","size":3}\n';
    const first = await post(url, line, headers);
    expect(first.body).toMatchObject({ inserted: 1 });
    const second = await post(url, line, headers);
    expect(second.body).toEqual(first.body);
  });

  it("is refused with another body, or to another place", async () => {
    const headers = { "idempotency-key": randomUUID() };
    await post(ingest(), nodes("MINE", 1), headers);
    const other = await post(ingest(), nodes("MINE", 2), headers);
    expect([other.status, other.body.run]).toEqual([422, headers["idempotency-key"]]);
    const elsewhere = await post(ingest("?on_conflict=update"), nodes("MINE", 1), headers);
    expect(elsewhere.status).toBe(422);
    expect(
      await database.value(
        "select count(*)::int from nodes n join nodes p on p.id = n.parent where p.key = 'MINE'",
      ),
    ).toBe(1);
  });

  it("gets 409 while the first one is worked on, and its answer afterwards", async () => {
    const headers = { "idempotency-key": randomUUID() };
    const { request, answer } = openPost(ingest(), headers);
    request.write('{"path":"/TWICE"}\n');
    const url = `${service.url}/v1/runs/${headers["idempotency-key"]}`;
    await expect.poll(async () => (await get(url)).body.load?.state, { timeout: 10_000 }).toBe("running");
    const second = await post(ingest(), '{"path":"/TWICE"}\n', headers);
    expect([second.status, second.body.run]).toEqual([409, headers["idempotency-key"]]);
    request.end();
    const first = JSON.parse(await textOf(await answer));
    const again = await post(ingest(), '{"path":"/TWICE"}\n', headers);
    expect([again.status, again.body]).toEqual([200, first]);
  });

  it("may be sent again after it failed, with a body that is mended", async () => {
    const headers = { "idempotency-key": randomUUID() };
    const url = ingest("?max_rejects=0");
    expect((await post(url, '{"path":"/MENDED"}\n{', headers)).status).toBe(400);
    const { status, body } = await post(url, '{"path":"/MENDED"}\n', headers);
    expect([status, body.run, body.nodes.inserted]).toEqual([200, headers["idempotency-key"], 1]);
    const runs = await database.rows("select status, error from copycat.run where id = $1", [body.run]);
    expect(runs).toEqual([{ status: "completed", error: null }]);
  });

  it.each(everyKind)("is in with its answer, or not at all: $name", async ({ path, body, table }) => {
    const headers = { "idempotency-key": randomUUID() };
    // The tables of the store, which a load makes by itself.
    expect((await post(`${service.url}${path}dry_run=false`, "", {})).status).toBe(200);
    await database.rows(`
      create function refuse_answer() returns trigger language plpgsql as 'begin raise exception ''full''; end';
      create trigger no_answer before insert on copycat.answered_request for each row execute function refuse_answer()`);
    try {
      expect((await post(`${service.url}${path}`, body, headers)).status).toBe(500);
      expect(await database.value(`select count(*)::int from ${table}`)).toBe(0);
    } finally {
      await database.rows("drop function refuse_answer cascade");
    }
    const { status, body: report } = await post(`${service.url}${path}`, body, headers);
    expect([status, (report.nodes ?? report).inserted]).toEqual([200, 1]);
    expect(await database.value(`select count(*)::int from ${table}`)).toBe(1);
  });

  it("of a dry run is kept, too, and changes nothing", async () => {
    for (const { path, body, table } of everyKind) {
      const before = await database.value(`select count(*)::int from ${table}`);
      const headers = { "idempotency-key": randomUUID() };
      const first = await post(`${service.url}${path}dry_run=true`, body, headers);
      const second = await post(`${service.url}${path}dry_run=true`, body, headers);
      expect([path, second.headers.get("idempotent-replayed")]).toEqual([path, "true"]);
      expect(second.body).toEqual(first.body);
      expect(await database.value(`select count(*)::int from ${table}`)).toBe(before);
    }
  });

  it("that is no UUID is refused", async () => {
    const { status, body } = await post(ingest(), nodes("NOKEY", 1), { "idempotency-key": "first" });
    expect([status, body.code]).toEqual([400, "USAGE"]);
  });
});
