// The service while some of its servers are away: what is for them fails, all else goes on.

import { afterAll, afterEach, describe, expect, it } from "vitest";
import { startTargetsService } from "../../src/service/index.ts";
import { readTargets } from "../../src/targets/index.ts";
import { makeKey, nodes, openPost, post, get as read, textOf } from "../service/support.ts";
import { bringBack, endSessions, sendAway } from "../support/awayDatabase.ts";
import { useFolder } from "../support/files.ts";
import { databaseOf, datasetsAt, useTargetsService } from "./service.ts";
import { useTargets } from "./support.ts";

const folder = useFolder();
const targets = useTargets(folder, { west: ["W_*"], east: ["E_*"], home: [] });
const service = useTargetsService(targets);
const ingest = (): string => `${service.url}/v1/ingest`;

afterEach(async () => {
  for (const database of Object.values(targets.databases)) await bringBack(database);
});

const isBack = async (): Promise<string> => (await read(`${service.url}/readyz`)).body.status;

describe("while a target is away", () => {
  it("what is for it gets 503 with its name, all else goes in, and searches say what is missing", async () => {
    await post(ingest(), nodes("W_1", 1));
    await post(ingest(), nodes("E_1", 1));
    await sendAway(databaseOf(targets, "west"));
    const refused = await post(ingest(), nodes("W_2", 1));

    expect([refused.status, refused.body.code, refused.headers.get("retry-after")]).toEqual([
      503,
      "CONNECTION",
      "5",
    ]);
    expect(refused.body.detail).toContain("The target west does not answer");
    // Who sends records need not know where they lie.
    const { host, pathname } = new URL(databaseOf(targets, "west").dsn);
    for (const secret of [host, pathname.slice(1), folder.root]) {
      expect(JSON.stringify(refused.body)).not.toContain(secret);
    }
    expect((await post(ingest(), nodes("E_2", 1))).status).toBe(200);
    expect((await post(ingest(), nodes("OTHER", 1))).status).toBe(200);
    const found = await read(`${service.url}/v1/search?limit=0`);
    expect(found.body).toMatchObject({ count: 3, missing: ["west"] });
    const runs = await read(`${service.url}/v1/runs`);
    expect(runs.body.missing).toEqual(["west"]);
    expect(runs.body.runs.map(({ target }: { target: string }) => target)).not.toContain("west");
    expect(await isBack()).toBe("degraded");
    const { body } = await read(`${service.url}/v1/status`);
    expect(body.targets).toEqual([
      { name: "west", answers: false },
      { name: "east", answers: true },
      { name: "home", answers: true },
    ]);
    await bringBack(databaseOf(targets, "west"));
    await expect.poll(isBack).toBe("ok");
    expect((await post(ingest(), nodes("W_2", 1))).body.nodes.inserted).toBe(2);
  });

  it("a dataset that is new where it goes is taken, although the one that is away may have it", async () => {
    await sendAway(databaseOf(targets, "west"));
    expect((await post(ingest(), nodes("E_NEW", 1))).status).toBe(200);
  });

  it("and all are, nothing is taken, and it is not ready", async () => {
    for (const database of Object.values(targets.databases)) await sendAway(database);
    expect((await read(`${service.url}/readyz`)).status).toBe(503);
    expect((await read(`${service.url}/v1/search`)).status).toBe(503);
    expect((await post(ingest(), nodes("E_3", 1))).status).toBe(503);
    for (const database of Object.values(targets.databases)) await bringBack(database);
    await expect.poll(isBack).toBe("ok");
    expect((await post(ingest(), nodes("E_3", 1))).status).toBe(200);
  });
});

describe("a target whose sessions end", () => {
  it("takes along its own loads only", async () => {
    async function* slowly(name: string): AsyncGenerator<Uint8Array> {
      yield Buffer.from(nodes(name, 3000));
      const target = name.startsWith("W") ? "west" : "east";
      await expect
        .poll(() =>
          databaseOf(targets, target).value(
            "select count(*)::int from pg_stat_activity where query ilike 'copy %'",
          ),
        )
        .toBeGreaterThan(0);
      if (target === "west") await endSessions(databaseOf(targets, "west"));
      yield Buffer.from(`{"path":"/${name}/last"}\n`);
    }
    const [torn, whole] = await Promise.all(
      ["W_TORN", "E_WHOLE"].map((name) => post(ingest(), slowly(name))),
    );
    expect([torn?.status, whole?.status]).toEqual([503, 200]);
    expect(whole?.body.nodes.inserted).toBe(3002);
    expect(await datasetsAt(targets, "west")).not.toContain("W_TORN");
    expect((await post(ingest(), nodes("W_TORN", 3))).body.nodes.inserted).toBe(4);
  });
});

describe("a service that is told to stop", () => {
  it("does not wait for the first record of a body", async () => {
    const other = await startTargetsService(await targets.read(), { port: 0 });
    const { request, answer } = openPost(`${other.url}/v1/ingest`);
    request.write('{"path":');
    // The head has come, and the body is looked at.
    await expect.poll(async () => (await read(`${other.url}/healthz`)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await other.stop(100);
    const response = await answer;
    expect([response.statusCode, JSON.parse(await textOf(response)).code]).toEqual([503, "CANCELLED"]);
  });
});

describe("a service that starts", () => {
  const start = async () => startTargetsService(await targets.read(), { port: 0, onNotice: tell });
  const told: string[] = [];
  const tell = (message: string): void => void told.push(message);

  it("while one is away says so, and takes what is for it once it is back", async () => {
    await sendAway(databaseOf(targets, "east"));
    const other = await start();
    try {
      expect(told).toEqual([expect.stringMatching(/^The target east does not answer: .* is refused until/)]);
      expect((await post(`${other.url}/v1/ingest`, nodes("E_EARLY", 1))).status).toBe(503);
      await bringBack(databaseOf(targets, "east"));
      const sent = async () => (await post(`${other.url}/v1/ingest`, nodes("E_EARLY", 1))).status;
      await expect.poll(sent).toBe(200);
    } finally {
      await other.stop(0);
    }
  });

  it("while the default one is away does not: the keys are there", async () => {
    await sendAway(databaseOf(targets, "home"));
    await expect(start()).rejects.toMatchObject({
      code: "CONNECTION",
      message: expect.stringContaining("The target home does not answer"),
    });
  });

  it("on two targets that are one catalog does not", async () => {
    const { dsn } = databaseOf(targets, "home");
    const path = folder.text(
      "same.yaml",
      JSON.stringify({
        targets: [
          { name: "one", dsn, default: true },
          { name: "two", dsn: dsn.replace("127.0.0.1", "localhost"), datasets: ["A"] },
        ],
      }),
    );
    await expect(
      readTargets(path).then((same) => startTargetsService(same, { port: 0 })),
    ).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("one and two are the same schema of the same database"),
    });
  });
});

describe("keys", () => {
  afterAll(() => databaseOf(targets, "home").rows("truncate copycat.api_key"));

  it("are those that the default target held last, while it is away", async () => {
    const key = await makeKey(databaseOf(targets, "home"), "write");
    const headers = { authorization: `Bearer ${key}` };
    const send = async (name: string, sent = headers) => (await post(ingest(), nodes(name, 1), sent)).status;
    await expect.poll(() => send("E_KEY", { authorization: "Bearer ck_none" })).toBe(401);
    await expect.poll(() => send("E_KEY"), { timeout: 5000 }).toBe(200);
    await sendAway(databaseOf(targets, "home"));
    // Longer than an answer of the database holds.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await send("E_KEY_2")).toBe(200);
    expect(await send("E_KEY_3", { authorization: "Bearer ck_none" })).toBe(401);
    expect(await send("OTHER_KEY")).toBe(503);
  });
});
