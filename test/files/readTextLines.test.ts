// Lines of files and streams, plain and packed, whole and damaged.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LineOptions, readTextLines, type TextLine } from "../../src/files/index.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "files-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, bytes: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

function numbered(count: number): string {
  return Array.from({ length: count }, (_, index) => `{"path":"/n${index}"}\n`).join("");
}

function streamOf(...chunks: (string | Uint8Array)[]): Readable {
  return Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
}

async function readAll(source: string | Readable, options: LineOptions = {}): Promise<TextLine[]> {
  const all: TextLine[] = [];
  for await (const lines of readTextLines(source, options)) all.push(...lines);
  return all;
}

function keys(lines: TextLine[]): unknown[] {
  return lines.map((line) =>
    "text" in line ? (JSON.parse(line.text) as { path: string }).path.slice(1) : line,
  );
}

// printf '{"path":"/n0"}\n{"path":"/n1"}\n' | zstd, and with --no-check '{"path":"/n2"}\n': one after the other
const zstdFrames = [
  "KLUv/QRYzQAAmHsicGF0aCI6Ii9uMCJ9CjEifQoBAGLMOiffQJM=",
  "KLUv/QBYeQAAeyJwYXRoIjoiL24yIn0K",
].map((text) => Buffer.from(text, "base64"));

describe("lines", () => {
  test("blank ones are skipped but counted, CRLF and a missing last line end are fine", async () => {
    const lines = await readAll(streamOf('\ufeff{"path":"/n0"}\r\n\r\n   \n{"path":"/n1"}'));
    expect(lines.map(({ line }) => line)).toEqual([1, 4]);
    expect(keys(lines)).toEqual(["n0", "n1"]);
  });

  test("a BOM is skipped at the start only", async () => {
    const [, second] = await readAll(streamOf('{"path":"/n0"}\n\ufeff{"path":"/n1"}'));
    expect(second).toEqual({ line: 2, text: '\ufeff{"path":"/n1"}' });
  });

  test("may be cut anywhere, also within a character", async () => {
    const bytes = Buffer.from('{"path":"/é😀"}\r\n{"path":"/b"}\n');
    for (let size = 1; size <= bytes.length; size++) {
      const chunks: Buffer[] = [];
      for (let start = 0; start < bytes.length; start += size)
        chunks.push(bytes.subarray(start, start + size));
      expect(keys(await readAll(streamOf(...chunks)))).toEqual(["é😀", "b"]);
    }
  });

  test("the limit is inclusive, and holds across chunks", async () => {
    const line = '{"path":"/abc"}';
    const chunks = [...`${line}\n${line} \n${line}`];
    const lines = await readAll(streamOf(...chunks), { maxLineBytes: line.length });
    expect(lines.map((one) => "text" in one)).toEqual([true, false, true]);
  });

  test("that are no UTF-8 come out as problems, and the rest goes on", async () => {
    const lines = await readAll(streamOf('"a"\n', Uint8Array.of(0x22, 0xff, 0x22), '\n"é"'));
    expect(lines).toEqual([
      { line: 1, text: '"a"' },
      {
        line: 2,
        problem: { code: "invalid_utf8", message: "The line is not valid UTF-8." },
        raw: '"\ufffd"',
      },
      { line: 3, text: '"é"' },
    ]);
  });

  test("of a line that is too long only the beginning is kept", async () => {
    const [line] = await readAll(streamOf("x".repeat(5000), "y".repeat(5000)), { maxLineBytes: 4000 });
    expect(line).toMatchObject({ problem: { code: "line_too_long" }, raw: "x".repeat(1000) });
  });

  test("nothing in, nothing out", async () => {
    expect(await readAll(file("empty.ndjson", ""))).toEqual([]);
    expect(await readAll(streamOf("\n\n"))).toEqual([]);
  });

  test("a stream of text works as well", async () => {
    expect(keys(await readAll(Readable.from([numbered(2)])))).toEqual(["n0", "n1"]);
  });
});

describe("packed sources are known by their bytes", () => {
  test("gzip, in one member or several", async () => {
    const members = Buffer.concat([gzipSync(numbered(2)), gzipSync(numbered(1))]);
    expect(keys(await readAll(file("packed.ndjson", members)))).toEqual(["n0", "n1", "n0"]);
    expect(await readAll(streamOf(...[...members].map((byte) => Uint8Array.of(byte))))).toHaveLength(3);
    expect(await readAll(file("large", gzipSync(numbered(100_000))))).toHaveLength(100_000);
  });

  test("zstd, in one frame or several", async () => {
    const frames = Buffer.concat(zstdFrames);
    expect(keys(await readAll(file("frames", frames)))).toEqual(["n0", "n1", "n2"]);
    expect(await readAll(streamOf(...[...frames].map((byte) => Uint8Array.of(byte))))).toHaveLength(3);
  });

  test.each([
    ["gzip that is cut off", gzipSync(numbered(1000)).subarray(0, -9), /truncated/],
    ["gzip that is damaged", damage(gzipSync(numbered(1000))), /damaged|truncated/],
    ["zstd that is cut off", Buffer.concat(zstdFrames).subarray(0, -5), /cannot be read/],
  ])("%s is an error that names the file", async (name, bytes, message) => {
    const path = file(`${name}.bin`, bytes);
    await expect(readAll(path)).rejects.toMatchObject({
      code: "UNREADABLE_SOURCE",
      message: expect.stringMatching(message),
    });
    await expect(readAll(path)).rejects.toThrow(path);
  });
});

describe("sources that cannot be read", () => {
  test.each([
    ["gone.ndjson", /gone\.ndjson cannot be read: there is no such file/],
    [".", /cannot be read: it is a folder/],
  ])("%s", async (name, message) => {
    await expect(readAll(join(folder, name))).rejects.toMatchObject({
      code: "UNREADABLE_SOURCE",
      message: expect.stringMatching(message),
    });
  });

  test("a stream that fails", async () => {
    const broken = new Readable({
      read() {
        this.destroy(new Error("unplugged"));
      },
    });
    await expect(readAll(broken)).rejects.toThrow("standard input cannot be read: unplugged.");
  });
});

describe("the reader", () => {
  test("stops at a signal", async () => {
    const controller = new AbortController();
    controller.abort();
    const lines = readAll(file("some.ndjson", numbered(3)), { signal: controller.signal });
    await expect(lines).rejects.toMatchObject({ code: "CANCELLED" });
  });

  test.each([false, true])("closes a stream that is left early (gzip: %s)", async (isPacked) => {
    const text = Buffer.from(numbered(200_000));
    const source = Readable.from([isPacked ? gzipSync(text) : text, Buffer.from("\n")]);
    for await (const [line] of readTextLines(source)) {
      expect(line?.line).toBe(1);
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(source.destroyed).toBe(true);
  });

  test("does not hold what it has read", async () => {
    const chunk = Buffer.from(`{"path":"/a","metadata":{"text":"${"x".repeat(1000)}"}}\n`.repeat(1000));
    async function* chunks() {
      for (let count = 0; count < 600; count++) yield chunk;
    }
    let lines = 0;
    let most = 0;
    const before = process.memoryUsage().rss;
    for await (const some of readTextLines(Readable.from(chunks()))) {
      for (const _ of some) lines += 1;
      most = Math.max(most, process.memoryUsage().rss - before);
    }
    expect(lines).toBe(600_000);
    // 600 MB went through.
    expect(most).toBeLessThan(300e6);
  });
});

function damage(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.fill(0xff, Math.floor(copy.length / 2), Math.floor(copy.length / 2) + 20);
  return copy;
}
