// The page's files as they are served, and what of its code needs no browser.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { get, useService } from "../support.ts";

const database = useDatabase();
const service = useService(database);
const folder = new URL("../../../src/service/page/", import.meta.url);
const load = (name: string) => import(new URL(name, folder).href);

describe("the files of the page", () => {
  it("come with a policy that lets nothing in from elsewhere, and are asked for again", async () => {
    for (const [path, type] of [
      ["/", "text/html"],
      ["/main.js", "text/javascript"],
      ["/style.css", "text/css"],
      ["/icon.svg", "image/svg+xml"],
    ] as const) {
      const { status, headers } = await get(`${service.url}${path}`);
      expect([path, status, headers.get("content-type")]).toEqual([path, 200, expect.stringContaining(type)]);
      expect(headers.get("content-security-policy")).toContain("default-src 'self'");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("cache-control")).toBe("no-cache");
    }
    expect((await get(`${service.url}/..%2fservice.ts`)).status).toBe(404);
  });

  it("hold no script and no style within the page, name only each other, and are all served", async () => {
    const page = readFileSync(new URL("index.html", folder), "utf8");
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/);
    const named = [...page.matchAll(/\b(?:src|href)="([^"]+)"/g)].map(([, url = ""]) => url);
    for (const url of named) {
      expect(url).not.toMatch(/^(https?:)?\/\//);
      expect([url, (await get(new URL(url, `${service.url}/`).href)).status]).toEqual([url, 200]);
    }
    const code = readFileSync(new URL("main.js", folder), "utf8");
    const imported = [...code.matchAll(/from "\.\/([\w.]+)"/g)].map(([, name]) => name);
    expect(imported.length).toBeGreaterThan(4);
    for (const name of imported) {
      expect([name, (await get(`${service.url}/${name}`)).status]).toEqual([name, 200]);
    }
  });
});

describe("events in pieces", () => {
  it("are whole, wherever the pieces end", async () => {
    const { EventParser } = await load("sse.js");
    const text =
      'retry: 2000\r\n\r\n: beat\n\nevent: load\nid: 1\ndata: {"a":1}\n\ndata: one\ndata:two\r\n\r\nevent: x\n\n';
    for (const size of [1, 2, 3, 7, text.length]) {
      const events: unknown[] = [];
      const parser = new EventParser((event: unknown) => events.push(event));
      for (let at = 0; at < text.length; at += size) parser.push(text.slice(at, at + size));
      expect(events).toEqual([
        { event: "load", data: '{"a":1}' },
        { event: "message", data: "one\ntwo" },
      ]);
    }
  });
});

describe("the stream when it breaks", () => {
  it("is tried again later each time, half a minute at most, and not by all at once", async () => {
    const { retryMs } = await load("stream.js");
    expect([0, 1, 3, 5, 40].map((failures) => retryMs(failures, 1))).toEqual([
      1000, 2000, 8000, 30_000, 30_000,
    ]);
    expect(retryMs(5, 0)).toBe(22_500);
  });
});

describe("the chart", () => {
  it("has an axis of few round numbers, and lines whose points are means", async () => {
    const { linePath, niceStep, smooth } = await load("chart.js");
    expect([0, 3, 5, 40, 1870, 2001, 1e6].map(niceStep)).toEqual([1, 1, 2, 10, 500, 1000, 500_000]);
    expect(smooth([0, 3, 6, 0])).toEqual([1.5, 3, 3, 3]);
    expect(linePath([0, 10], { stepWidth: 4, scale: 2 })).toMatch(/^M0\.0 -?0\.0L4\.0 -20\.0$/);
  });
});

describe("numbers and times", () => {
  it("are written as people read them", async () => {
    const { formatBytes, formatCount, formatDuration, formatRate, formatShort, formatTime } =
      await load("format.js");
    expect([0, 1234567].map(formatCount)).toEqual(["0", "1,234,567"]);
    expect([0, 950, 12_345, 2_000_000].map(formatShort)).toEqual(["0", "950", "12.3k", "2M"]);
    expect([0, 4.4, 12_345].map(formatRate)).toEqual(["0", "4", "12,300"]);
    expect([0, 999, 1000, 178_123, 999_600, 3.1e9].map(formatBytes)).toEqual([
      "0 B",
      "999 B",
      "1.0 kB",
      "178 kB",
      "1.0 MB",
      "3.1 GB",
    ]);
    expect([0, 999.6, 4249, 59_940, 59_960, 185_000, 3_723_000].map(formatDuration)).toEqual([
      "0 ms",
      "1.0 s",
      "4.2 s",
      "59.9 s",
      "1:00 min",
      "3:05 min",
      "1:02:03 h",
    ]);
    const noon = new Date(2026, 10, 22, 12, 0, 0);
    expect(formatTime(new Date(2026, 10, 22, 9, 5, 7), noon)).toBe("09:05:07");
    expect(formatTime(new Date(2026, 10, 21, 9, 5, 7), noon)).toBe("2026-11-21 09:05");
  });
});

describe("rows", () => {
  const run = {
    id: "r1",
    status: "failed",
    dataset: "-",
    startedAt: "2026-11-22T10:00:00Z",
    elapsedMs: 5,
    counts: { nodes: { read: 3, rejected: 1 } },
    error: "why ".repeat(100),
    host: "h",
    processId: 7,
  };
  const loadOf = (facts: object) => ({
    id: "l1",
    store: "memory",
    target: "entries",
    state: "completed",
    receivedAt: "2026-11-22T11:00:00Z",
    done: 2,
    rejects: 0,
    rate: 10,
    bytes: 5,
    elapsedMs: 7,
    heardMs: 0,
    phase: null,
    by: null,
    error: null,
    ...facts,
  });

  it("of what has ended are in order, each run once, with its reason in short", async () => {
    const { endedRows } = await load("rows.js");
    const loads = new Map([
      ["l1", loadOf({})],
      ["r1", loadOf({ id: "r1", store: "catalog" })],
      ["l2", loadOf({ id: "l2", state: "running" })],
    ]);
    const rows = endedRows(loads, [run]);
    expect(rows.map(({ id }: { id: string }) => id)).toEqual(["l1", "r1"]);
    expect(rows[0].cells[1]).toEqual({ text: "entries", aside: "memory", detail: "" });
    expect(rows[1].cells[1].text).toBe("not known");
    expect(rows[1].cells[1].detail).toHaveLength(241);
    expect(rows[1].cells[2]).toEqual({ kind: "bad", text: "failed" });
  });

  it("of what runs are those of this service and those of other processes", async () => {
    const { runningRows } = await load("rows.js");
    const loads = new Map([["l1", loadOf({ state: "running", phase: "copy" })]]);
    const rows = runningRows(loads, [{ ...run, status: "running", dataset: "VDP" }], 1000);
    expect(rows.map(({ cells }: { cells: { text: string }[] }) => cells.map(({ text }) => text))).toEqual([
      ["memory", "entries", "copy", "2", "10", "0", "1.0 s", "this machine"],
      ["catalog", "VDP", "running", "3", "", "1", expect.any(String), "h, process 7"],
    ]);
  });
});
