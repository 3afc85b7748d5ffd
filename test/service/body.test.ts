// Bodies that break, are too large, or mean harm: nothing is changed, and the answer says where and why.

import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { useDatabase } from "../support/database.ts";
import { nodes, openPost, post, textOf, useService, zstdBomb, zstdStored } from "./support.ts";

const database = useDatabase();
const service = useService(database, { idleMs: 1500, headersMs: 1500, maxBodyBytes: 200 * 1024 * 1024 });
const ingest = (): string => `${service.url}/v1/ingest`;

const countNodes = (): Promise<number> => database.value<number>("select count(*)::int from nodes");

describe("a body", () => {
  it("that is cut off within gzip is refused with its place, and nothing is changed", async () => {
    const packed = gzipSync(nodes("CUT", 20_000));
    const before = await countNodes();
    const { status, body } = await post(ingest(), packed.subarray(0, packed.length - 1000), {
      "content-encoding": "gzip",
    });
    expect(status).toBe(400);
    expect(body.code).toBe("UNREADABLE_SOURCE");
    expect(body.position.line).toBeGreaterThan(1000);
    expect(body.position.byte).toBeGreaterThan(10_000);
    expect(body.detail).toContain(`in line ${body.position.line}: it ends too early. Nothing was changed.`);
    expect(await countNodes()).toBe(before);
  });

  it.each([
    ["gzip", gzipSync(nodes("DAMAGED", 1000)), 1000],
    // The head of the first block.
    ["zstd", zstdStored(Buffer.from(nodes("DAMAGED", 1000))), 6],
  ])("whose %s is damaged changes nothing", async (encoding, packed, at) => {
    const damaged = Buffer.from(packed);
    damaged.fill(0xff, at, at + 3);
    const { status } = await post(ingest(), damaged, { "content-encoding": encoding });
    expect(status).toBe(400);
    expect(await database.value("select count(*)::int from nodes where key = 'DAMAGED'")).toBe(0);
  });

  it("of a few bytes that would become gigabytes is not unpacked", async () => {
    const gzip = gzipSync(Buffer.alloc(150 * 1024 * 1024, 0x20), { level: 9 });
    expect(gzip.length).toBeLessThan(200_000);
    const before = process.memoryUsage.rss();
    const packed = await post(ingest(), gzip, { "content-encoding": "gzip" });
    expect([packed.status, packed.body.detail]).toEqual([
      413,
      expect.stringContaining("packed more than 500 times"),
    ]);
    // 5,000 blocks of four bytes: 655 MB.
    const zstd = await post(ingest(), zstdBomb(5000), { "content-encoding": "zstd" });
    expect(zstd.status).toBe(413);
    expect(process.memoryUsage.rss() - before).toBeLessThan(400 * 1024 * 1024);
  });

  it("that wants a window of a gigabyte gets none", async () => {
    // Window descriptor 0xa0: 1 GiB.
    const { status, body } = await post(
      ingest(),
      Buffer.from("28b52ffd00a0010000000000000000000000", "hex"),
      {
        "content-encoding": "zstd",
      },
    );
    expect(status).toBe(413);
    expect(body.detail).toContain("a window of 1073741824 bytes");
  });

  it("that says it is too large is not read", async () => {
    const { request, answer } = openPost(ingest(), { "content-length": String(2 ** 40) });
    request.write("{");
    const response = await answer;
    expect(response.statusCode).toBe(413);
    expect(JSON.parse(await textOf(response))).toMatchObject({ code: "INVALID_INPUT", status: 413 });
    request.destroy();
  });

  it("that stands still is given up", async () => {
    const { request, answer } = openPost(ingest());
    request.write('{"path":"/SLOW"}\n{"pa');
    const response = await answer;
    expect(response.statusCode).toBe(408);
    request.destroy();
    expect(await database.value("select count(*)::int from nodes where key = 'SLOW'")).toBe(0);
  });

  it("never comes when its head does not: the connection is ended", async () => {
    const { port } = new URL(service.url);
    const socket = connect(Number(port), "127.0.0.1");
    socket.write("POST /v1/ingest HTTP/1.1\r\nhost: localhost\r\ncontent-");
    const parts: Buffer[] = [];
    for await (const part of socket) parts.push(part as Buffer);
    expect(Buffer.concat(parts).toString()).toMatch(/^HTTP\/1\.1 408 /);
  });

  it("with a line that is longer than a line may be is a reject, not the end of the service", async () => {
    const long = Buffer.concat([
      Buffer.from('{"path":"/LONG"}\n"'),
      Buffer.alloc(66 * 1024 * 1024, 0x61),
      Buffer.from('"\n{"path":"/LONG/a"}\n'),
    ]);
    const { status, body } = await post(ingest(), long);
    expect(status).toBe(200);
    expect(body).toMatchObject({ nodes: { inserted: 2, rejected: 1 }, rejects: [{ code: "line_too_long" }] });
  });
});

describe("a client that is gone in mid-body", () => {
  it("leaves nothing behind", async () => {
    const { request } = openPost(ingest());
    request.on("error", () => undefined);
    request.write(nodes("GONE", 5000));
    await expect.poll(() => runningLoads(), { timeout: 5000 }).toBeGreaterThan(0);
    request.destroy();
    await expect.poll(() => runningLoads(), { timeout: 5000 }).toBe(0);
    expect(await database.value("select count(*)::int from nodes where key = 'GONE'")).toBe(0);
    const { body } = await post(ingest(), nodes("GONE", 10));
    expect(body.nodes.inserted).toBe(11);
  });
});

async function runningLoads(): Promise<number> {
  const text = await (await fetch(`${service.url}/metrics`)).text();
  return Number(/^copycat_loads_running (\d+)$/m.exec(text)?.[1]);
}
