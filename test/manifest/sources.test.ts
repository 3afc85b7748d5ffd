// Node records from files and streams; the bytes and lines themselves are tested in test/files.

import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readNodeRecords } from "../../src/manifest/index.ts";
import { readAll, streamOf } from "./nodeRecords.support.ts";

function numbered(count: number): string {
  return Array.from({ length: count }, (_, index) => `{"path":"/n${index}"}\n`).join("");
}

describe("the reader", () => {
  test("counts lines as the file has them, blank ones included", async () => {
    const lines = await readAll(streamOf('\ufeff{"path":"/n0"}\r\n\r\n   \n{"path":"/n1"}'));
    expect(lines.map((line) => [line.line, "record" in line && line.record.path])).toEqual([
      [1, ["n0"]],
      [4, ["n1"]],
    ]);
  });

  test("refuses a BOM that is not at the start", async () => {
    const [, second] = await readAll(streamOf('{"path":"/n0"}\n\ufeff{"path":"/n1"}'));
    expect(second).toMatchObject({ problem: { code: "invalid_json" } });
  });

  test("keeps the beginning of a line that is too long", async () => {
    const [line] = await readAll(streamOf("x".repeat(5000), "y".repeat(5000)), { maxLineBytes: 4000 });
    expect(line).toMatchObject({ problem: { code: "line_too_long" }, raw: "x".repeat(1000), isJson: false });
  });

  test("unpacks", async () => {
    expect(await readAll(streamOf(gzipSync(numbered(3))))).toHaveLength(3);
  });

  test("stops at a signal", async () => {
    const controller = new AbortController();
    controller.abort();
    const lines = readAll(streamOf(numbered(3)), { signal: controller.signal });
    await expect(lines).rejects.toMatchObject({ code: "CANCELLED" });
  });

  test.each([false, true])("closes a stream that is left early (gzip: %s)", async (isPacked) => {
    const text = Buffer.from(numbered(200_000));
    const source = Readable.from([isPacked ? gzipSync(text) : text, Buffer.from("\n")]);
    for await (const line of readNodeRecords(source)) {
      expect(line.line).toBe(1);
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(source.destroyed).toBe(true);
  });

  test("does not hold what it has read", async () => {
    const chunk = Buffer.from(`{"path":"/a","metadata":{"text":"${"x".repeat(1000)}"}}\n`.repeat(1000));
    async function* chunks() {
      for (let count = 0; count < 200; count++) yield chunk;
    }
    let lines = 0;
    let most = 0;
    const before = process.memoryUsage().rss;
    for await (const _ of readNodeRecords(Readable.from(chunks()))) {
      lines += 1;
      if (lines % 10_000 === 0) most = Math.max(most, process.memoryUsage().rss - before);
    }
    expect(lines).toBe(200_000);
    // 200 MB went through.
    expect(most).toBeLessThan(150e6);
  });
});
