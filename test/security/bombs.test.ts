// Small files that declare or unpack to sizes beyond any machine: refused, with memory bounded.

import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { openHdf5Reader, type WriteValue } from "../../src/hdf5/index.ts";
import { callCli, runCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";

const db = useDatabase();
const files = useFolder();
const mebibyte = 2 ** 20;

/** Of a number that stands in a file as it is, with eight bytes; h5wasm writes object headers without checksums. */
const dimension = 123_457;
const huge = 2n ** 60n;

/** An HDF5 file whose data set `/data` says that it has 2^60 elements. */
async function declaresTooMuch(name: string, dataset: { gzip?: number; data?: WriteValue }): Promise<string> {
  const data = dataset.data ?? new Float64Array(dimension);
  const content = { children: { data: { ...dataset, data, ...(dataset.gzip ? { chunks: [1000] } : {}) } } };
  const path = await files.hdf5(name, content);
  const bytes = readFileSync(path);
  const before = Buffer.alloc(8);
  before.writeBigUInt64LE(BigInt(dimension));
  const after = Buffer.alloc(8);
  after.writeBigUInt64LE(huge);
  let found = 0;
  for (let at = bytes.indexOf(before); at !== -1; at = bytes.indexOf(before, at + 8)) {
    after.copy(bytes, at);
    found += 1;
  }
  expect(found).toBeGreaterThan(0);
  writeFileSync(path, bytes);
  return path;
}

/** Peak memory of a whole process, in MiB, and what it printed. */
async function ingestAlone(path: string): Promise<{ report: Record<string, unknown>; peak: number }> {
  const { stdout, stderr } = await runCli(["ingest", path, "--json", "--dsn", db.dsn], {
    cwd: files.root,
  });
  expect(stderr).not.toMatch(/unexpected error/);
  const report = JSON.parse(stdout) as Record<string, unknown>;
  expect(report.peakRssBytes, stderr).toBeGreaterThan(0);
  return { report, peak: Number(report.peakRssBytes) / mebibyte };
}

describe("HDF5 that declares 2^60 elements", () => {
  test.each([
    ["chunked", { gzip: 4 }],
    ["in one piece", {}],
  ])("%s is described, and read in parts only", async (name, dataset) => {
    const path = await declaresTooMuch(`${name}.h5`, dataset);
    const reader = await openHdf5Reader();
    try {
      const read = reader.read(path, "/data");
      await expect(read).rejects.toMatchObject({
        code: expect.stringMatching(/^(USAGE|UNREADABLE_SOURCE)$/),
      });
    } finally {
      await reader.close();
    }
    const { report, peak } = await ingestAlone(path);
    expect(report.status).toMatch(/^completed/);
    expect(peak).toBeLessThan(500);
  });

  test("in rows that would be entities is a reject", async () => {
    const path = await declaresTooMuch("rows/batched.h5", { gzip: 4 });
    expect(path).toContain("rows");
    const yaml = files.text(
      "rows.yaml",
      "label: Rows\ndata: { directory: rows, layout: batched }\nparameters: { location: root_attributes }\nartifacts:\n  - { type: d, dataset: /data }\n",
    );
    const { stdout, code } = await callCli(["ingest", yaml, "--json", "--dsn", db.dsn]);
    expect(code).toBe(3);
    const report = JSON.parse(stdout) as { rejectsFile: string; nodes: { rejected: number } };
    expect(report.nodes.rejected).toBe(1);
    expect(readFileSync(report.rejectsFile, "utf8")).toContain('"code":"too_many_rows"');
  });
});

/** A gibibyte without a line end, in a file of a mebibyte (gzip) and of 32 kB (zstd). */
const packed: readonly [string, () => Uint8Array][] = [
  ["line.ndjson.gz", () => Buffer.concat(Array(64).fill(gzipSync(Buffer.alloc(16 * mebibyte, "x"))))],
  ["line.ndjson.zst", () => zstdOf("x", 2 ** 30)],
];

test.each(packed)("a line of 1 GiB in %s is a reject, and the next line goes in", async (name, make) => {
  const good =
    '\n{"path":["good"],"structure_family":"container","metadata":{},"specs":[],"access_blob":{}}\n';
  const end = name.endsWith(".gz") ? gzipSync(good) : zstdOf(good, 1);
  const path = files.text(name, Buffer.concat([make(), end]));
  const { report, peak } = await ingestAlone(path);
  expect(report).toMatchObject({ nodes: { read: 2, rejected: 1 } });
  expect(readFileSync(String(report.rejectsFile), "utf8")).toContain('"code":"line_too_long"');
  expect(peak).toBeLessThan(600);
});

/** A frame of zstd: `text` as it is, or its one character so many times, in blocks of 128 KiB that hold it once. */
function zstdOf(text: string, times: number): Buffer {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]);
  const most = 2 ** 17;
  const blocks: Buffer[] = [];
  const isRepeated = times > 1;
  const total = isRepeated ? times : Buffer.byteLength(text);
  for (let done = 0; done < total; done += most) {
    const size = Math.min(most, total - done);
    const isLast = done + size >= total ? 1 : 0;
    const head = Buffer.alloc(3);
    head.writeUIntLE(isLast | ((isRepeated ? 1 : 0) << 1) | (size << 3), 0, 3);
    blocks.push(head, Buffer.from(text));
  }
  return Buffer.concat([header, ...blocks]);
}

test.each([
  ["2 GiB", Buffer.from([0x00, 21 << 3])],
  ["1 GiB", Buffer.from([0x00, 20 << 3])],
  ["1 GiB, said as its size", Buffer.from([0xa0, 0, 0, 0, 0x40])],
])("a frame of zstd that asks for a window of %s is refused, behind a good one, too", async (_, header) => {
  const good = zstdOf("\n", 1);
  const bytes = zstdOf("x", 100);
  const bad = Buffer.concat([bytes.subarray(0, 4), header, bytes.subarray(6)]);
  const before = process.memoryUsage().rss;
  for (const content of [bad, Buffer.concat([good, bad])]) {
    const path = files.text("window.ndjson.zst", content);
    const { code, stderr } = await callCli(["ingest", path, "--dsn", db.dsn]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/its zstd data needs \d+ bytes of memory/);
  }
  expect(process.memoryUsage().rss - before).toBeLessThan(300 * mebibyte);
});

test("a YAML whose aliases multiply is refused", async () => {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level < 12; level++) {
    lines.push(
      `a${level}: &a${level} [${Array(10)
        .fill(`*a${level - 1}`)
        .join(", ")}]`,
    );
  }
  const path = files.text(
    "bomb.yaml",
    `label: X\nmetadata:\n${lines.map((line) => `  ${line}`).join("\n")}\n`,
  );
  const { code, stderr } = await callCli(["ingest", path, "--dry-run", "--dsn", db.dsn]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/an alias counts as a copy/);
});
