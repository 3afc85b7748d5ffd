// Keys, scopes, and so many requests a minute.

import { createHash } from "node:crypto";
import { request as httpRequest } from "node:http";
import { fastifyRateLimit } from "@fastify/rate-limit";
import fastify from "fastify";
import { afterAll, describe, expect, it } from "vitest";
import { CopycatError } from "../../src/errors.ts";
import { addAccess } from "../../src/service/access.ts";
import { type RunningService, type ServiceOptions, startService } from "../../src/service/index.ts";
import { addKey, KeyRing, listKeys, revokeKey } from "../../src/service/keys.ts";
import { isLoopback, isOfOtherSite, namesLoopback } from "../../src/service/loopback.ts";
import type { Service } from "../../src/service/service.ts";
import { fillSettings } from "../../src/service/settings.ts";
import { callCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { get, makeKey, nodes, post, useService } from "./support.ts";

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe("without any key", () => {
  const database = useDatabase();
  const service = useService(database);

  it("this machine may do all", async () => {
    expect(service.running.isOpen).toBe(true);
    expect((await post(`${service.url}/v1/ingest`, nodes("OPEN", 1))).status).toBe(200);
  });

  const statusOf = (method: string, path: string, headers: Record<string, string>) =>
    new Promise((resolve, reject) => {
      httpRequest(`${service.url}${path}`, { method, headers }, (response) =>
        resolve(response.resume().statusCode),
      )
        .on("error", reject)
        .end();
    });

  it("a page of elsewhere whose name points here may not", async () => {
    const { port } = new URL(service.url);
    expect(await statusOf("GET", "/v1/runs", { host: `evil.example:${port}` })).toBe(401);
  });

  it.each([
    { origin: "http://evil.example" },
    { origin: "null" },
    { origin: "http://127.0.0.1:1" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ])("a page of elsewhere that has a browser send a load may not: %j", async (headers) => {
    expect(await statusOf("POST", "/v1/simulation/updates?scenario=evil", headers)).toBe(401);
  });

  it("its own page may, and who types its address", async () => {
    for (const headers of [
      { origin: service.url },
      { "sec-fetch-site": "same-origin" },
      { "sec-fetch-site": "none" },
    ]) {
      expect(await statusOf("GET", "/v1/runs", headers)).toBe(200);
    }
  });

  it("a load without a body, or of no type, is no load", async () => {
    expect(await statusOf("POST", "/v1/simulation/updates?scenario=evil", {})).toBe(415);
    const bare = await fetch(`${service.url}/v1/ingest`, { method: "POST" });
    expect([bare.status, await bare.json()]).toEqual([415, expect.objectContaining({ code: "USAGE" })]);
  });

  it.each(["x-forwarded-for", "x-forwarded-proto", "forwarded", "via", "x-real-ip"])(
    "whoever comes through a proxy may not: %s",
    async (name) => {
      expect(await statusOf("GET", "/v1/runs", { [name]: "for=192.0.2.1" })).toBe(401);
    },
  );

  it("what is not there is not found, rather than refused", async () => {
    expect(await statusOf("GET", "/v1/nothing", {})).toBe(404);
  });

  it("others cannot be let in", async () => {
    const failure = startService(database.database, { host: "0.0.0.0", port: 0 });
    await expect(failure).rejects.toThrow(CopycatError);
    await expect(failure).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("copycat serve keys add NAME --scope write"),
    });
  });

  it("a key that is made later is asked for a second later", async () => {
    const key = await makeKey(database, "read");
    await expect.poll(async () => (await get(`${service.url}/v1/runs`)).status, { timeout: 5000 }).toBe(401);
    expect((await get(`${service.url}/v1/runs`, bearer(key))).status).toBe(200);
  });
});

describe("with revoked keys only", () => {
  const database = useDatabase();
  const service = useService(database);

  it("is open to nobody, and cannot be started for others", async () => {
    const key = await addKey(database.database, "last", "write");
    const url = `${service.url}/v1/runs`;
    await expect.poll(async () => (await get(url, bearer(key))).status, { timeout: 5000 }).toBe(200);
    await revokeKey(database.database, "last");
    await expect.poll(async () => (await get(url, bearer(key))).status, { timeout: 5000 }).toBe(401);
    expect((await get(url)).status).toBe(401);
    expect((await post(`${service.url}/v1/ingest`, nodes("REVOKED", 1))).status).toBe(401);
    const failure = startService(database.database, { host: "0.0.0.0", port: 0 });
    await expect(failure).rejects.toMatchObject({ code: "USAGE" });
  });
});

describe("with keys", () => {
  const database = useDatabase();
  const service = useService(database);
  const others: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const stop of others) await stop();
  });
  const startOther = async (options: ServiceOptions): Promise<RunningService> => {
    const other = await startService(database.database, { port: 0, ...options });
    others.push(() => other.stop(0));
    return other;
  };

  it("is open to nobody without one, but for probes and the document", async () => {
    await makeKey(database, "read");
    await expect.poll(async () => (await get(`${service.url}/v1/runs`)).status, { timeout: 5000 }).toBe(401);
    for (const path of ["/v1/events", "/v1/search", "/metrics", "/v1/runs/0000"]) {
      const { status, headers } = await get(`${service.url}${path}`);
      expect([path, status]).toEqual([path, 401]);
      expect(headers.get("www-authenticate")).toBe('Bearer realm="copycat"');
    }
    expect((await post(`${service.url}/v1/ingest`, nodes("NO", 1))).status).toBe(401);
    for (const path of ["/healthz", "/readyz", "/openapi.json", "/"]) {
      expect([path, (await get(`${service.url}${path}`)).status]).toEqual([path, 200]);
    }
  });

  it("tells a stranger so who sends megabytes, too", async () => {
    expect((await post(`${service.url}/v1/ingest`, "x".repeat(8_000_000))).status).toBe(401);
  });

  it("lets a key read that may read, and write only that may write", async () => {
    const read = await makeKey(database, "read");
    const write = await makeKey(database, "write");
    await expect
      .poll(async () => (await get(`${service.url}/v1/runs`, bearer(write))).status, { timeout: 5000 })
      .toBe(200);
    const refused = await post(`${service.url}/v1/ingest`, nodes("READER", 1), bearer(read));
    expect([refused.status, refused.body.code]).toEqual([403, "PERMISSION"]);
    expect((await post(`${service.url}/v1/ingest`, nodes("WRITER", 1), bearer(write))).status).toBe(200);
    expect(await database.value("select count(*)::int from nodes where key in ('NO', 'READER')")).toBe(0);
  });

  it("knows no key that is nearly one, and none that was revoked", async () => {
    const key = await addKey(database.database, "short-lived", "write");
    const url = `${service.url}/v1/runs`;
    await expect.poll(async () => (await get(url, bearer(key))).status, { timeout: 5000 }).toBe(200);
    const nearly = `${key.slice(0, -1)}${key.endsWith("A") ? "B" : "A"}`;
    expect((await get(url, bearer(nearly))).status).toBe(401);
    expect((await get(url, { authorization: key })).status).toBe(401);
    await revokeKey(database.database, "short-lived");
    await expect.poll(async () => (await get(url, bearer(key))).status, { timeout: 5000 }).toBe(401);
  });

  it("keeps hashes only, and shows no key in its log", async () => {
    const key = await addKey(database.database, "hashed", "read");
    expect(key).toMatch(/^ck_[\w-]{43}$/);
    const digest = await database.value<Buffer>("select digest from copycat.api_key where name = 'hashed'");
    expect(digest.equals(createHash("sha256").update(key).digest())).toBe(true);
    expect(
      await database.value("select count(*)::int from copycat.api_key k where k::text like $1", [`%${key}%`]),
    ).toBe(0);
    expect(JSON.stringify(await listKeys(database.database))).not.toContain(key);
    await get(`${service.url}/v1/runs`, bearer(key));
    expect(service.log()).toContain('"url":"/v1/runs"');
    expect(service.log()).not.toContain(key);
  });

  it("counts the requests of each key by itself, and says when to come again", async () => {
    const busy = await makeKey(database, "read");
    const other = await makeKey(database, "read");
    const { url: root } = await startOther({ requestsPerMinute: 20 });
    const url = `${root}/v1/runs`;
    let answer = await get(url, bearer(busy));
    for (let sent = 1; sent < 25 && answer.status === 200; sent++) answer = await get(url, bearer(busy));
    expect([answer.status, answer.body.code]).toEqual([429, "BUSY"]);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await get(url, bearer(other))).status).toBe(200);
    expect((await get(`${root}/healthz`)).status).toBe(200);
  });

  it("puts the name of the key on record with what it sent, and nothing else of it", async () => {
    const key = await addKey(database.database, "sender", "write");
    const url = `${service.url}/v1/runs`;
    await expect.poll(async () => (await get(url, bearer(key))).status, { timeout: 5000 }).toBe(200);
    const { body: sent } = await post(`${service.url}/v1/ingest`, nodes("SENT", 1), bearer(key));
    const { body } = await get(url, bearer(key));
    expect(body.runs[0]).toMatchObject({ id: sent.run, by: "sender" });
    expect((await get(`${url}/${sent.run}`, bearer(key))).body.run.by).toBe("sender");
    const { stdout } = await callCli(["runs", "show", sent.run, "--dsn", database.dsn]);
    expect(stdout).toMatch(/sent by +the key sender of the service/);
    const digest = createHash("sha256").update(key).digest("hex");
    const row = await database.value("select r::text from copycat.run r where id = $1", [sent.run]);
    for (const secret of [key, digest]) expect(row).not.toContain(secret);
  });

  it("may listen for all", async () => {
    const all = await startOther({ host: "0.0.0.0" });
    expect(all.isOpen).toBe(false);
    const { port } = new URL(all.url);
    expect((await get(`http://127.0.0.1:${port}/v1/runs`)).status).toBe(401);
  });

  it("takes no second key of a name, and revokes none that is not there", async () => {
    await expect(addKey(database.database, "hashed", "read")).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(addKey(database.database, "a b", "read")).rejects.toMatchObject({ code: "USAGE" });
    await expect(revokeKey(database.database, "nobody")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("a route that says nothing of its access", () => {
  const database = useDatabase();

  it("is for keys that may write", async () => {
    const app = fastify();
    await app.register(fastifyRateLimit, { global: false });
    const settings = fillSettings({});
    addAccess(app, { keys: new KeyRing(database.database), settings } as Service);
    app.get("/forgotten", async () => "told");
    const [read, write] = [await makeKey(database, "read"), await makeKey(database, "write")];
    const status = async (headers: Record<string, string>) =>
      (await app.inject({ url: "/forgotten", headers })).statusCode;
    expect([await status({}), await status(bearer(read)), await status(bearer(write))]).toEqual([
      401, 403, 200,
    ]);
    await app.close();
  });
});

describe("this machine", () => {
  it.each([
    ["127.0.0.1", true],
    ["127.8.0.1", true],
    ["::1", true],
    ["::ffff:127.0.0.1", true],
    ["localhost", true],
    ["0.0.0.0", false],
    ["::", false],
    ["192.168.1.4", false],
    ["127.0.0.1.example", false],
  ])("is %s: %s", (host, wanted) => {
    expect(isLoopback(host)).toBe(wanted);
  });

  it("is named by the origin of its own page, in any case of letters", () => {
    const host = "LOCALHOST:8787";
    expect(isOfOtherSite({ host, origin: "http://localhost:8787" })).toBe(false);
    expect(isOfOtherSite({ host, origin: "http://localhost:8788" })).toBe(true);
  });

  it("is told by the header host, with a port or without", () => {
    expect(["localhost:8787", "127.0.0.1", "[::1]:80"].every(namesLoopback)).toBe(true);
    expect([undefined, "evil.example:8787", "localhost.evil.example"].some(namesLoopback)).toBe(false);
  });
});
