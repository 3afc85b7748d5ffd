// Loads wait for each other in one queue, and no longer than it is.

import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { LoadQueue } from "../../src/service/queue.ts";
import { useDatabase } from "../support/database.ts";
import { get, nodes, openPost, post, textOf, useService } from "./support.ts";

const database = useDatabase();
const service = useService(database, { waitingLoads: 1 });
const ingest = (): string => `${service.url}/v1/ingest`;

const loads = async (): Promise<{ state: string; target: string | null }[]> =>
  (await get(`${service.url}/v1/runs`)).body.loads;

const inState = async (state: string): Promise<number> =>
  (await loads()).filter((load) => load.state === state).length;

describe("of three loads at once", () => {
  it("one runs, one waits, one is told to come later; both that were taken go in", async () => {
    const first = openPost(ingest());
    first.request.write('{"path":"/FIRST"}\n');
    await expect.poll(() => inState("running")).toBe(1);
    const second = post(ingest(), nodes("SECOND", 10));
    await expect.poll(() => inState("waiting")).toBe(1);
    const third = await post(ingest(), nodes("THIRD", 1));
    expect([third.status, third.body.code, third.headers.get("retry-after")]).toEqual([429, "BUSY", "10"]);
    first.request.end('{"path":"/FIRST/a"}\n');
    expect(JSON.parse(await textOf(await first.answer)).nodes.inserted).toBe(2);
    expect((await second).body.nodes.inserted).toBe(11);
    expect(await database.value("select count(*)::int from nodes where key = 'THIRD'")).toBe(0);
    // Who was told to come later was no load.
    expect((await loads()).filter(({ state }) => state === "failed")).toEqual([]);
    expect(await (await fetch(`${service.url}/metrics`)).text()).not.toContain(
      'copycat_loads_total{store="catalog",status="failed"}',
    );
  });

  it("who is gone while it waits gives its place to others", async () => {
    const first = openPost(ingest());
    first.request.write('{"path":"/HOLDS"}\n');
    await expect.poll(() => inState("running")).toBe(1);
    const second = openPost(ingest());
    second.request.on("error", () => undefined);
    second.request.end(nodes("LEAVES", 1));
    await expect.poll(() => inState("waiting")).toBe(1);
    second.request.destroy();
    await expect.poll(() => inState("waiting")).toBe(0);
    first.request.end();
    await first.answer;
    expect(await database.value("select count(*)::int from nodes where key = 'LEAVES'")).toBe(0);
  });
});

describe("requests with keys of their own", () => {
  it("take connections for loads that run or wait and a few more, however many come", async () => {
    const connections = () =>
      database.value<number>(
        "select count(*)::int from pg_stat_activity where datname = current_database() and query like '%pg_try_advisory_lock%'",
      );
    const opened = Array.from({ length: 30 }, (_, index) => {
      const open = openPost(ingest(), { "idempotency-key": randomUUID() });
      open.request.on("error", () => undefined);
      open.request.write(`{"path":"/KEYED${index}"}\n`);
      return open;
    });
    const statuses: (number | undefined)[] = [];
    for (const { answer } of opened) void answer.then(({ statusCode }) => statuses.push(statusCode));
    let most = 0;
    const look = async () => {
      most = Math.max(most, await connections());
      return statuses.length;
    };
    await expect.poll(look, { timeout: 20_000, interval: 20 }).toBe(28);
    expect(new Set(statuses)).toEqual(new Set([429]));
    // One runs, one waits, four might be answered already; the server counts those as well that it is closing.
    expect(most).toBeLessThanOrEqual(12);
    for (const { request } of opened) request.end();
    await Promise.all(opened.map(({ answer }) => answer));
    expect(statuses.filter((status) => status === 200)).toHaveLength(2);
  });
});

describe("two loads at once into one data set", () => {
  it("are both in, nothing twice", async () => {
    const both = await Promise.all([post(ingest(), nodes("BOTH", 500)), post(ingest(), nodes("BOTH", 800))]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    const inserted = both.reduce((sum, { body }) => sum + body.nodes.inserted, 0);
    expect(inserted).toBe(801);
  });
});

describe("with two loads at once", () => {
  const both = useService(database, { concurrentLoads: 2 });

  it("one goes in while the other still reads, into the same data set, and nothing is there twice", async () => {
    const slow = openPost(`${both.url}/v1/ingest`);
    slow.request.write(nodes("SIDE", 300));
    const state = async () => (await get(`${both.url}/v1/runs`)).body.loads[0]?.state;
    await expect.poll(state).toBe("running");
    const quick = await post(`${both.url}/v1/ingest`, nodes("SIDE", 200));
    expect(quick.body.nodes.inserted).toBe(201);
    slow.request.end();
    const { nodes: counts } = JSON.parse(await textOf(await slow.answer));
    expect(counts).toMatchObject({ read: 301, inserted: 100, skipped: 201 });
  });
});

describe("the queue", () => {
  it("hands a turn on in the order of coming, and sends away who waits when it closes", async () => {
    const queue = new LoadQueue({ running: 1, waiting: 5 });
    const { signal } = new AbortController();
    const order: number[] = [];
    const run = (number: number) =>
      queue.run(async () => {
        order.push(number);
        await setTimeout(5);
      }, signal);
    await Promise.all([run(1), run(2), run(3)]);
    expect(order).toEqual([1, 2, 3]);
    expect([queue.running, queue.waiting]).toEqual([0, 0]);
    const last = run(4);
    const waiting = run(5);
    queue.close();
    await expect(waiting).rejects.toMatchObject({ status: 503 });
    await last;
    await expect(run(6)).rejects.toMatchObject({ status: 503 });
  });
});
