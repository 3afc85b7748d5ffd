// The other stores over HTTP.

import { describe, expect, it } from "vitest";
import { openLibrary } from "../../src/library/index.ts";
import { countMemories } from "../../src/memory/index.ts";
import { openSimulationStore } from "../../src/simulation/index.ts";
import { useDatabase } from "../support/database.ts";
import { post, useService } from "./support.ts";

const database = useDatabase();
const service = useService(database);

describe("memory", () => {
  const entry = (key: string, value: string) => JSON.stringify({ key, value, embedding: [1, 0, 0, 0] });

  it("takes entries, a record a line, with rejects", async () => {
    const url = `${service.url}/v1/memory/entries?dimensions=4&namespace=web`;
    const { status, body } = await post(url, `${entry("a", "x")}\n{\n${entry("b", "y")}\n`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      kind: "entries",
      status: "completed_with_rejects",
      read: 3,
      inserted: 2,
      rejected: 1,
      rejects: [{ source: "-", position: "line 2", code: "invalid_json" }],
    });
    expect(await countMemories(database.database, { namespace: "web" })).toBe(2);
    const again = await post(`${url}&on_conflict=update`, entry("a", "z"));
    expect(again.body).toMatchObject({ read: 1, updated: 1 });
  });

  it("takes no document for records: it would have to be held", async () => {
    const { body } = await post(`${service.url}/v1/memory/entries`, '{"entries":[{"key":"k","value":"v"}]}');
    expect(body).toMatchObject({ read: 1, inserted: 0, rejected: 1 });
  });

  it("has no other kinds than three", async () => {
    const { status, body } = await post(`${service.url}/v1/memory/dreams`, "{}");
    expect([status, body.code]).toEqual([400, "USAGE"]);
  });
});

describe("simulation", () => {
  const update = (timestamp: number, speed: unknown) =>
    JSON.stringify({ dataset: "roads", timestamp, iteration: 0, data: { segments: { id: [1, 2], speed } } });
  const url = (query: string): string => `${service.url}/v1/simulation/updates?${query}`;

  it("takes updates of a scenario, and says which it cannot", async () => {
    const { status, body } = await post(url("scenario=flood"), `${update(1, [3, 4])}\n${update(2, [{}])}\n`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ scenario: "flood", read: 2, inserted: 1, rejected: 1, updates: 1 });
    expect(body.rejects).toMatchObject([{ position: "line 2" }]);
    const store = await openSimulationStore(database.database, { scenario: "flood" });
    expect(await store.listTimestamps("roads")).toEqual([1]);
  });

  it("changes nothing with too many rejects: all is one transaction", async () => {
    const many = Array.from({ length: 3000 }, (_, time) => update(time, [1, 2])).join("\n");
    const { status, body } = await post(url("scenario=whole&max_rejects=0"), `${many}\n{`);
    expect([status, body.code]).toEqual([400, "TOO_MANY_REJECTS"]);
    const store = await openSimulationStore(database.database, { scenario: "whole" });
    expect(await store.listDatasets()).toEqual([]);
  });

  it("wants to know the scenario", async () => {
    expect((await post(url(""), update(1, [1, 2]))).status).toBe(400);
  });
});

describe("library", () => {
  const url = (query = ""): string => `${service.url}/v1/library/files?library=web${query}`;
  const line = (file: object): string => `${JSON.stringify(file)}\n`;

  it("takes files, with those of an export among them, and says which it cannot", async () => {
    const song = {
      path: "a/song.flac",
      size: 100,
      artist: "Ada",
      title: "Night",
      mtimeNs: "1700000000123456789",
    };
    const body = [
      line(song),
      line({ path: "/etc/passwd", size: 1 }),
      "\n",
      line({ path: "b.flac", size: 1, artsit: "Ada" }),
      line({ path: "c.flac", size: 2, track: { no: 1, of: 2 }, indexedAt: "2024-05-01T00:00:00.000Z" }),
    ].join("");
    const answer = await post(url(), body);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ library: "web", read: 4, inserted: 2, rejected: 2 });
    const told = answer.body.rejects.map(({ position, code }: Record<string, string>) => [position, code]);
    expect(told).toEqual([
      ["line 2", "invalid_file"],
      ["line 4", "unknown_field"],
    ]);
    const library = await openLibrary(database.database, { library: "web", create: false });
    expect(await library.findFileByPath("a/song.flac")).toMatchObject({
      artist: "Ada",
      mtimeNs: 1700000000123456789n,
      format: "flac",
    });
  });

  it("renews files under update and keeps their ids, and leaves them under skip", async () => {
    const before = await database.value("select id::text from library.file where path = 'c.flac'");
    const skipped = await post(url(), line({ path: "c.flac", size: 9 }));
    expect(skipped.body).toMatchObject({ skipped: 1, inserted: 0 });
    const renewed = await post(url("&on_conflict=update"), line({ path: "c.flac", size: 9, title: "New" }));
    expect(renewed.body).toMatchObject({ updated: 1 });
    expect(
      await database.rows("select id::text, size::int, title from library.file where path = 'c.flac'"),
    ).toEqual([{ id: before, size: 9, title: "New" }]);
    const same = await post(url("&on_conflict=update"), line({ path: "c.flac", size: 9, title: "New" }));
    expect(same.body).toMatchObject({ unchanged: 1, updated: 0 });
    expect((await post(url("&on_conflict=error"), line({ path: "c.flac", size: 9 }))).status).toBe(409);
  });

  it("changes nothing in a dry run", async () => {
    const { body } = await post(url("&dry_run=true"), line({ path: "dry.flac", size: 9 }));
    expect(body).toMatchObject({ inserted: 1 });
    expect(await database.value("select count(*)::int from library.file where path = 'dry.flac'")).toBe(0);
  });
});
