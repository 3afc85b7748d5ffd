// Runs, events, searches, probes and metrics.

import { randomUUID } from "node:crypto";
import { request as httpRequest } from "node:http";
import { describe, expect, it } from "vitest";
import { useDatabase } from "../support/database.ts";
import { get, nodes, openPost, post, textOf, useService } from "./support.ts";

const database = useDatabase();
const service = useService(database, { heartbeatMs: 50, eventStreams: 12 });
const ingest = (): string => `${service.url}/v1/ingest`;

describe("runs", () => {
  it("are listed newest first, one is told with its report, and none that is not there", async () => {
    await post(ingest(), nodes("OLD", 1));
    const { body: made } = await post(ingest(), nodes("NEW", 1));
    const { body } = await get(`${service.url}/v1/runs?limit=2`);
    expect(body.runs.map(({ dataset }: { dataset: string }) => dataset)).toEqual(["NEW", "OLD"]);
    expect(body.loads[0]).toMatchObject({ id: made.run, store: "catalog", state: "completed", done: 2 });
    const one = await get(`${service.url}/v1/runs/${made.run}`);
    expect(one.body.run).toMatchObject({ id: made.run, report: { nodes: { inserted: 2 } } });
    const none = await get(`${service.url}/v1/runs/${randomUUID()}`);
    expect([none.status, none.body.code]).toEqual([404, "NOT_FOUND"]);
    expect((await get(`${service.url}/v1/runs/xyz`)).status).toBe(400);
  });
});

interface Event {
  state: string;
  done: number;
  id: string;
}

function eventsOf(text: string): Event[] {
  return [...text.matchAll(/^event: load\nid: \S+\ndata: (.*)$/gm)].map(
    ([, data = ""]) => JSON.parse(data) as Event,
  );
}

describe("events", () => {
  it("of a run tell how it goes on, beat while nothing happens, and end with it", async () => {
    const id = randomUUID();
    const { request, answer } = openPost(ingest(), { "idempotency-key": id });
    request.write(nodes("LIVE", 3000));
    const url = `${service.url}/v1/runs/${id}/events`;
    await expect.poll(async () => (await fetch(url.replace("/events", ""))).status).toBe(200);
    const response = await fetch(url);
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    setTimeout(() => request.end('{"path":"/LIVE/last"}\n'), 300);
    const text = await response.text();
    const events = eventsOf(text);
    expect(text).toContain(": heartbeat\n\n");
    expect(events.every((event) => event.id === id)).toBe(true);
    expect(events[0]?.state).toBe("running");
    expect(events.at(-1)).toMatchObject({ state: "completed", done: 3002 });
    expect(JSON.parse(await textOf(await answer)).run).toBe(id);
    // Of one that has ended there is one event, and the end.
    const late = eventsOf(await (await fetch(url)).text());
    expect(late.map(({ state }) => state)).toEqual(["completed"]);
    expect((await get(`${service.url}/v1/runs/${randomUUID()}/events`)).status).toBe(404);
  });

  it("of all loads begin with those that were, go on, and are bounded in number", async () => {
    const leave = new AbortController();
    const streams = await Promise.all(
      [1, 2, 3].map(() => fetch(`${service.url}/v1/events`, { signal: leave.signal })),
    );
    expect(streams.map(({ status }) => status)).toEqual([200, 200, 200]);
    // A quarter of all streams is the most that one address gets without a key.
    const refused = await get(`${service.url}/v1/events`);
    expect([refused.status, refused.body.code, refused.headers.get("retry-after")]).toEqual([
      429,
      "BUSY",
      "10",
    ]);
    const made = await post(ingest(), nodes("ALL", 5));
    let text = "";
    const reader = streams[0]?.body?.pipeThrough(new TextDecoderStream()).getReader();
    while (!eventsOf(text).some(({ id, state }) => id === made.body.run && state === "completed")) {
      text += (await reader?.read())?.value ?? "";
    }
    leave.abort();
    await expect
      .poll(async () => {
        const again = new AbortController();
        const { status } = await fetch(`${service.url}/v1/events`, { signal: again.signal });
        again.abort();
        return status;
      })
      .toBe(200);
  });
});

describe("events for others", () => {
  const crowded = useService(database, { eventStreams: 2 });

  it("are there for another address, until there are as many as there may be", async () => {
    const leave = new AbortController();
    const { port } = new URL(crowded.url);
    const open = (localAddress: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const request = httpRequest(
          { host: "127.0.0.1", port, path: "/v1/events", localAddress, signal: leave.signal },
          (response) => resolve(response.on("error", () => undefined).resume().statusCode),
        );
        request.on("error", reject).end();
      });
    expect(await open("127.0.0.1")).toBe(200);
    expect(await open("127.0.0.1")).toBe(429);
    expect(await open("127.0.0.2")).toBe(200);
    expect(await open("127.0.0.3")).toBe(429);
    leave.abort();
  });
});

describe("a search", () => {
  it("finds what the command finds, page by page", async () => {
    await post(ingest(), nodes("FIND", 30));
    const query = `dataset=FIND&where=${encodeURIComponent("T >= 10")}&sort=-T&limit=8`;
    const first = await get(`${service.url}/v1/search?${query}`);
    expect(first.status).toBe(200);
    expect(first.body.count).toBe(20);
    expect(first.body.nodes[0]).toMatchObject({ path: "/FIND/n29", metadata: { T: 29 } });
    const second = await get(
      `${service.url}/v1/search?${query}&cursor=${encodeURIComponent(first.body.next)}`,
    );
    expect(second.body.nodes[0].path).toBe("/FIND/n21");
  });

  it("that cannot be read, or of what is not there, says so", async () => {
    const bad = await get(`${service.url}/v1/search?where=${encodeURIComponent("T > (1")}`);
    expect([bad.status, bad.body.code]).toEqual([400, "USAGE"]);
    expect((await get(`${service.url}/v1/search?dataset=NOWHERE`)).status).toBe(404);
    expect((await get(`${service.url}/v1/search?limit=100000`)).status).toBe(400);
    expect((await get(`${service.url}/v1/nothing`)).body).toMatchObject({ status: 404, code: "NOT_FOUND" });
  });
});

describe("metrics", () => {
  const metricOf = async (name: string): Promise<number> => {
    const { body } = await get(`${service.url}/metrics`);
    const line = (body as string).split("\n").find((one) => one.startsWith(`${name} `));
    return Number(line?.split(" ").at(-1) ?? 0);
  };
  const inserted = 'copycat_records_total{store="catalog",outcome="inserted"}';
  const rejected = 'copycat_records_total{store="catalog",outcome="rejected"}';

  it("count what a load did", async () => {
    const before = [await metricOf(inserted), await metricOf(rejected)];
    const loads = await metricOf('copycat_load_seconds_count{store="catalog"}');
    await post(ingest(), `${nodes("COUNTED", 40)}{\n{\n`);
    const after = [await metricOf(inserted), await metricOf(rejected)];
    expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([41, 2]);
    expect((await metricOf('copycat_load_seconds_count{store="catalog"}')) - loads).toBe(1);
    expect(await metricOf("copycat_loads_running")).toBe(0);
    expect(await metricOf('copycat_pool_connections{state="open"}')).toBeGreaterThan(0);
    expect(await metricOf("process_resident_memory_bytes")).toBeGreaterThan(0);
    const route = 'copycat_http_request_seconds_count{method="POST",route="/v1/ingest",status="200"}';
    expect(await metricOf(route)).toBeGreaterThan(0);
  });
});

describe("probes", () => {
  it("say that it lives and is ready", async () => {
    expect((await get(`${service.url}/healthz`)).body).toEqual({ status: "ok" });
    expect((await get(`${service.url}/readyz`)).body).toEqual({ status: "ok" });
  });
});

describe("a service whose database has no catalog any more", () => {
  const other = useDatabase();
  const bare = useService(other);

  it("lives, and is not ready", async () => {
    await other.rows("drop table alembic_version, nodes cascade");
    expect((await get(`${bare.url}/healthz`)).status).toBe(200);
    const { status, body } = await get(`${bare.url}/readyz`);
    expect([status, body.code]).toEqual([503, "CATALOG_VERSION"]);
  });
});
