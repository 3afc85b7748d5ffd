// What people read, as golden strings.

import { describe, expect, it, vi } from "vitest";
import { formatIngestReport } from "../../src/cli/ingestSummary.ts";
import { formatCount, formatDuration, plural, printJson, printJsonList } from "../../src/cli/output.ts";
import { formatProgress, makeProgressLine } from "../../src/cli/progressLine.ts";
import { dsnArgument, type OpenedDatabase } from "../../src/cli/withDatabase.ts";
import type { IngestProgress, IngestReport } from "../../src/ingest/index.ts";
import { noFiles } from "../../src/ingest/types.ts";

const progress: IngestProgress = {
  phase: "read",
  files: { done: 1204, total: 10_000 },
  nodes: 14_448,
  rejects: 3,
  elapsedMs: 3500,
};

describe("progress", () => {
  it.each<[string, Partial<IngestProgress>, string]>([
    [
      "while files are read",
      {},
      "read 1,204/10,000 files, 14,448 nodes, 4,128 nodes/s, 3 rejects, ETA 25.6 s",
    ],
    [
      "when the number of files is not known",
      { files: { done: 0, total: null } },
      "read 0 files, 14,448 nodes, 4,128 nodes/s, 3 rejects",
    ],
    [
      "before the first file is done",
      { files: { done: 0, total: 5 }, nodes: 0, rejects: 0, elapsedMs: 0 },
      "read 0/5 files, 0 nodes, 0 nodes/s, 0 rejects",
    ],
    [
      "after the last file",
      { files: { done: 5, total: 5 } },
      "read 5/5 files, 14,448 nodes, 4,128 nodes/s, 3 rejects",
    ],
    ["in the phases after", { phase: "closure" }, "closure: 14,448 nodes, 3 rejects, 3.5 s"],
  ])("%s", (_when, change, text) => {
    expect(formatProgress({ ...progress, ...change })).toBe(text);
  });

  it("is one live line on a terminal, cut to its width, and gone when it is cleared", () => {
    const { stream, written } = fakeStream(true, 40);
    const line = makeProgressLine(stream, false, formatProgress);
    line.show(progress);
    line.show({ ...progress, phase: "merge" });
    line.clear();
    expect(written).toEqual([
      "\rread 1,204/10,000 files, 14,448 nodes, \x1b[K",
      "\rmerge: 14,448 nodes, 3 rejects, 3.5 s\x1b[K",
      "\r\x1b[K",
    ]);
  });

  it("is a plain line a phase in a pipe, not one for each call", () => {
    const { stream, written } = fakeStream(false, 80);
    const line = makeProgressLine(stream, false, formatProgress);
    for (const phase of ["read", "read", "read", "merge", "merge"] as const)
      line.show({ ...progress, phase });
    line.clear();
    expect(written).toHaveLength(2);
    expect(written[0]).toMatch(/^read 1,204.* s\n$/);
    expect(written[1]).toBe("merge: 14,448 nodes, 3 rejects, 3.5 s\n");
  });

  it("is nothing when it shall be quiet", () => {
    const { stream, written } = fakeStream(true, 80);
    const line = makeProgressLine(stream, true, formatProgress);
    line.show(progress);
    line.clear();
    expect(written).toEqual([]);
  });
});

function fakeStream(isTTY: boolean, columns: number): { stream: NodeJS.WriteStream; written: string[] } {
  const written: string[] = [];
  const write = (text: string): boolean => written.push(text) > 0;
  return { stream: { isTTY, columns, write } as unknown as NodeJS.WriteStream, written };
}

const report: IngestReport = {
  run: "r",
  status: "completed",
  dataset: "VDP",
  source: "VDP",
  dryRun: false,
  mode: "offline",
  triggers: "disable",
  nodes: { read: 120_001, inserted: 120_001, updated: 0, unchanged: 0, skipped: 0, rejected: 0 },
  dataSources: { inserted: 110_000 },
  structures: { inserted: 1 },
  assets: { inserted: 10_000 },
  closure: { strategy: "rebuild", rows: 470_003, elapsedMs: 900 },
  phases: [],
  files: { ...noFiles, read: 10_000 },
  elapsedMs: 61_000,
  nodesPerSecond: 1967,
  peakRssBytes: 1,
  readableStorage: ["/data/vdp"],
  rejectsFile: null,
};

const elsewhere = { dsnArgument: " --dsn DSN" } as unknown as OpenedDatabase;

const format = (change: Partial<IngestReport>, opened: OpenedDatabase | null = null): string =>
  formatIngestReport({ ...report, ...change }, opened);

describe("the summary", () => {
  it("says what went in and what to type next", () => {
    expect(format({}, elsewhere)).toBe(`\
VDP: 120,001 nodes in (1 min 1 s, 1,967 nodes/s)
  110,000 arrays in 10,000 new files, 1 new structure, 470,003 closure rows (rebuild)

Next:
  # look at it
  npx copycat show VDP --dsn DSN
  # find entities; --where 'KEY > 0.5' filters
  npx copycat search VDP --dsn DSN --limit 5
  # prove that the catalog is sound
  npx copycat verify --dsn DSN
  # serve it (pip install 'tiled[all]==0.2.16')
  npx copycat serve-config --dsn DSN --out tiled.yml && tiled serve config tiled.yml`);
  });

  it("calls the program as it is called where it runs", () => {
    vi.stubEnv("COPYCAT_COMMAND", "copycat");
    try {
      const text = format({}, elsewhere);
      expect(text).toContain("\n  copycat show VDP --dsn DSN\n");
      expect(text).not.toContain("npx");
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it("is ready for a shell, whatever the dataset is called", () => {
    const text = format({ dataset: "run 7's, VDP" }, { ...elsewhere, dsnArgument: "" });
    expect(text).toContain("  npx copycat show 'run 7'\\''s'\n");
    expect(text).toContain("  npx copycat serve-config --out tiled.yml && tiled serve config tiled.yml");
  });

  it("tells rejects, and where they are", () => {
    const nodes = { ...report.nodes, read: 120_003, rejected: 2 };
    expect(format({ nodes, rejectsFile: "/tmp/r.ndjson", status: "completed_with_rejects" })).toBe(`\
VDP: 120,001 nodes in (1 min 1 s, 1,967 nodes/s)
  110,000 arrays in 10,000 new files, 1 new structure, 470,003 closure rows (rebuild)
  2 rejects in /tmp/r.ndjson
  Mend them and run \`copycat ingest\` on that file.`);
  });

  it("tells what was there already", () => {
    const nodes = { ...report.nodes, inserted: 12, updated: 1, unchanged: 119_988 };
    expect(format({ nodes, elapsedMs: 850 })).toBe(`\
VDP: 12 nodes in, 1 updated (850 ms, 1,967 nodes/s)
  110,000 arrays in 10,000 new files, 1 new structure, 470,003 closure rows (rebuild)
  already there, left as they are: 119,988`);
  });

  it("says that there was nothing to change", () => {
    const nodes = { ...report.nodes, inserted: 0, skipped: 120_001 };
    expect(format({ nodes, elapsedMs: 4200 })).toBe(
      "VDP: nothing to change, 120,001 of 120,001 nodes are in already (4.2 s, 1,967 nodes/s)",
    );
  });

  it("says that a dry run changed nothing, and how to see the rejects", () => {
    const nodes = { ...report.nodes, read: 120_002, rejected: 1 };
    expect(format({ dryRun: true, nodes }, elsewhere)).toBe(`\
VDP: dry run, nothing was changed; 120,001 of 120,002 nodes would go in (1 min 1 s, 1,967 nodes/s)
  1 record would be rejected; --rejects FILE lists them.`);
  });

  it("offers no next step when all was rejected", () => {
    const nodes = { ...report.nodes, read: 2, inserted: 0, rejected: 2 };
    expect(format({ nodes, rejectsFile: "/tmp/r.ndjson" }, elsewhere)).not.toContain("Next:");
  });
});

describe("a document that is printed as it comes", () => {
  async function* nodes(count: number): AsyncGenerator<{ id: number }> {
    for (let id = 1; id <= count; id++) yield { id };
    throw new Error("the server has gone");
  }

  const print = async (elements: AsyncIterable<unknown>): Promise<string> => {
    let printed = "";
    const spy = vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
      printed += String(chunk);
      return true;
    });
    try {
      await printJsonList("nodes", elements, () => ({ count: 2 }));
    } catch {
      // As the command line does it with any failure.
      printJson({ status: "failed" });
    } finally {
      spy.mockRestore();
    }
    return printed;
  };

  it("has an element a line, and what comes after them", async () => {
    const two = (async function* () {
      yield { id: 1 };
      yield [2];
    })();
    expect(await print(two)).toBe('{\n  "nodes": [\n    {"id":1},\n    [2]\n  ],\n  "count": 2\n}\n');
  });

  it("is whole when it breaks off, and then says so", async () => {
    expect(JSON.parse(await print(nodes(3)))).toEqual({
      nodes: [{ id: 1 }, { id: 2 }, { id: 3 }],
      status: "failed",
    });
    expect(JSON.parse(await print(nodes(0)))).toEqual({ status: "failed" });
  });
});

describe("the database of what to type next", () => {
  it.each([
    [undefined, ""],
    ["postgres://localhost/catalog", " --dsn postgres://localhost/catalog"],
    ["postgres://db/x?sslmode=require&ssl=1", " --dsn 'postgres://db/x?sslmode=require&ssl=1'"],
    ["postgres://me:secret@db/catalog", " --dsn DSN"],
    ["postgres://db/catalog?user=me&password=secret", " --dsn DSN"],
    ["postgres://me:secret@/catalog?host=/run", " --dsn DSN"],
  ])("%s is named as the option was, without a password", (dsn, text) => {
    expect(dsnArgument(dsn)).toBe(text);
  });
});

describe("numbers for people", () => {
  it.each([
    [0, "0 ms"],
    [999, "999 ms"],
    [1000, "1.0 s"],
    [59_949, "59.9 s"],
    [59_999, "1 min 0 s"],
    [60_000, "1 min 0 s"],
    [119_999, "2 min 0 s"],
    [3_600_000, "60 min 0 s"],
  ])("%i ms are %s", (elapsedMs, text) => {
    expect(formatDuration(elapsedMs)).toBe(text);
  });

  it("have separators and the right number of their noun", () => {
    expect([formatCount(1_234_567), plural(1, "file"), plural(0, "file"), plural(1000, "file")]).toEqual([
      "1,234,567",
      "1 file",
      "0 files",
      "1,000 files",
    ]);
  });
});
