// Told to stop, it ends: whatever a client does, or does not do.

import { randomUUID } from "node:crypto";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type RunningService, startService } from "../../src/service/index.ts";
import { useDatabase } from "../support/database.ts";
import { nodes, openPost, post, textOf } from "./support.ts";

const database = useDatabase();
const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** A client that sends some bytes, and reads nothing. */
async function send(service: RunningService, text: string): Promise<void> {
  const { port } = new URL(service.url);
  const socket = connect(Number(port), "127.0.0.1").pause();
  socket.on("error", () => undefined);
  sockets.push(socket);
  await new Promise((resolve) => socket.write(text, resolve));
  await new Promise((resolve) => setTimeout(resolve, 100));
}

/** Milliseconds that it takes. */
async function timed(work: Promise<void>): Promise<number> {
  const startMs = performance.now();
  await work;
  return performance.now() - startMs;
}

const start = () => startService(database.database, { port: 0, headersMs: 60_000, idleMs: 600_000 });

describe("told to stop", () => {
  it("ends once the grace is over, though a head is half there", async () => {
    const service = await start();
    await send(service, "GET / HTTP/1.1\r\nHost: x");
    expect(await timed(service.stop(200))).toBeLessThan(6000);
  });

  it("ends when it is told again, though nobody reads an answer", async () => {
    const service = await start();
    // Far more answers than the buffers of a connection hold, so that one is stuck.
    await send(service, "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(2000));
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const now = new AbortController();
    const stopping = service.stop(600_000, now.signal);
    setTimeout(() => now.abort(), 200);
    expect(await timed(stopping)).toBeLessThan(6000);
  });

  it("ends a request that is sent again, too, and says so", async () => {
    const service = await start();
    const url = `${service.url}/v1/ingest`;
    const headers = { "idempotency-key": randomUUID() };
    expect((await post(url, nodes("AGAIN", 10), headers)).status).toBe(200);
    const { request, answer } = openPost(url, headers);
    request.on("error", () => undefined);
    request.write('{"path":"/AGAIN"}\n');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const stopping = timed(service.stop(100));
    const response = await answer;
    expect([response.statusCode, JSON.parse(await textOf(response)).code]).toEqual([503, "CANCELLED"]);
    expect(await stopping).toBeLessThan(6000);
  });

  it("ends at once where nothing is under way", async () => {
    const service = await start();
    expect(await timed(service.stop(600_000))).toBeLessThan(3000);
  });
});
