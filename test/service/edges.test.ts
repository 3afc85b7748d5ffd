// Requests that are hardly any, and readers of events that do not read, or may not any more.

import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { addKey, revokeKey } from "../../src/service/keys.ts";
import { LoadTracker } from "../../src/service/loads/monitor.ts";
import { EventStream } from "../../src/service/routes/events.ts";
import { useDatabase } from "../support/database.ts";
import { get, useService } from "./support.ts";

const database = useDatabase();
const service = useService(database, { eventStreams: 4, heartbeatMs: 200, headersMs: 1000 });

/** All that comes back for these bytes. */
async function exchange(text: string): Promise<string> {
  const socket = connect(Number(new URL(service.url).port), "127.0.0.1");
  socket.write(text);
  let answer = "";
  for await (const part of socket) answer += part;
  return answer;
}

describe("a problem document answers", () => {
  it.each(["/v1/runs?dataset=%00", "/v1/search?text=a%00", "/%zz"])("%s with 400", async (path) => {
    const { status, headers, body } = await get(`${service.url}${path}`);
    expect([status, headers.get("content-type"), body.code]).toEqual([
      400,
      expect.stringContaining("application/problem+json"),
      "USAGE",
    ]);
  });

  it.each([
    ["no HTTP", "HELO\r\n\r\n", 400],
    ["a head that is too long", `GET / HTTP/1.1\r\nx: ${"x".repeat(100_000)}\r\n\r\n`, 431],
    ["half a head", "GET / HTTP/1.1\r\nHost: x", 408],
  ])("%s", async (_what, text, status) => {
    const [head = "", body = ""] = (await exchange(text)).split("\r\n\r\n");
    expect(head).toContain(`HTTP/1.1 ${status} `);
    expect(head).toContain("application/problem+json");
    expect(JSON.parse(body)).toMatchObject({ status, code: "USAGE" });
  });
});

describe("a stream of events", () => {
  it("is one of few of a key, and ends when the key is revoked", async () => {
    const headers = { authorization: `Bearer ${await addKey(database.database, "listener", "read")}` };
    const url = `${service.url}/v1/events`;
    await expect
      .poll(async () => (await get(`${service.url}/v1/runs`, headers)).status, { timeout: 5000 })
      .toBe(200);
    const stream = await fetch(url, { headers });
    expect(stream.status).toBe(200);
    const second = await get(url, headers);
    expect([second.status, second.body.code]).toEqual([429, "BUSY"]);
    await revokeKey(database.database, "listener");
    // Ends, or this waits for ever.
    expect(await stream.text()).toContain("heartbeat");
  });

  it("tells the last of many changes, though nothing comes after it", async () => {
    const stream = new EventStream(60_000, async () => true);
    let told = "";
    stream.output.setEncoding("utf8").on("data", (text: string) => {
      told += text;
    });
    const facts = { id: "1", store: "library", target: null, by: null } as const;
    const tracker = new LoadTracker(facts, (load) => stream.tell(load));
    tracker.start();
    for (let done = 1; done <= 4000; done++) tracker.change({ done });
    await expect.poll(() => told).toContain('"done":4000,');
    expect(told.split("event: load").length - 1).toBeLessThan(10);
    stream.end();
  });

  it("is left when a mebibyte of it is unread", () => {
    const stream = new EventStream(60_000, async () => true);
    let hasEnded = false;
    stream.onEnd(() => {
      hasEnded = true;
    });
    const told = (count: number): void => {
      const facts = { store: "library", target: "x".repeat(1000), by: null } as const;
      for (let index = 0; index < count; index++) {
        new LoadTracker({ ...facts, id: String(index) }, (load) => stream.tell(load)).start();
      }
    };
    told(100);
    expect(hasEnded).toBe(false);
    told(1000);
    expect([hasEnded, stream.output.destroyed]).toEqual([true, true]);
  });
});
