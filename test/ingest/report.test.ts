// The report: the JSON of the contract, whose names are checked from outside.

import { beforeAll, expect, it } from "vitest";
import { verifyCatalog } from "../../src/catalog/index.ts";
import type { IngestProgress } from "../../src/ingest/index.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { type Ingested, pour, sumOfNodes } from "./support.ts";

const database = useDatabase();
const folder = useFolder();
const progress: IngestProgress[] = [];
let ingested: Ingested;

beforeAll(async () => {
  await folder.hdf5("VDP/a.h5", { children: { T: { data: 1 }, m: { data: 1 } } });
  await folder.hdf5("VDP/b.h5", { children: { T: { data: 2 }, m: { data: 1 } } });
  await folder.hdf5("VDP/c.h5", { children: { T: { data: 2 } } });
  const file = folder.text(
    "VDP.yaml",
    "label: VDP\ndata: { directory: VDP, layout: per_entity }\nartifacts: [{ type: m, dataset: /m }]\n",
  );
  ingested = await pour(database, folder, file, { onProgress: (now) => progress.push(now) });
});

it("has every key of the contract, with the right type", () => {
  const count = expect.any(Number) as number;
  expect(ingested.report).toMatchObject({
    run: expect.stringMatching(/^[0-9a-f-]{36}$/),
    status: "completed_with_rejects",
    dataset: "VDP",
    source: "VDP",
    mode: "offline",
    nodes: { read: 7, inserted: 6, updated: 0, unchanged: 0, skipped: 0, rejected: 1 },
    dataSources: { inserted: 2 },
    structures: { inserted: 1 },
    assets: { inserted: 2 },
    closure: { strategy: "rebuild", rows: count, elapsedMs: count },
    elapsedMs: count,
    nodesPerSecond: count,
    peakRssBytes: count,
    rejectsFile: expect.stringMatching(/\.ndjson$/),
  });
  expect(Object.keys(ingested.report.nodes)).toEqual([
    "read",
    "inserted",
    "updated",
    "unchanged",
    "skipped",
    "rejected",
  ]);
});

it("survives JSON without loss", () => {
  expect(JSON.parse(JSON.stringify(ingested.report))).toEqual(ingested.report);
});

it("adds up: what was read is inserted, updated, unchanged, skipped or rejected", () => {
  expect(sumOfNodes(ingested.report)).toBe(ingested.report.nodes.read);
});

it("names its phases from the closed set, each once, with time and rows", () => {
  const names = ingested.report.phases.map(({ name }) => name);
  expect(["read", "copy", "merge", "closure", "indexes", "analyze"]).toEqual(expect.arrayContaining(names));
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(expect.arrayContaining(["read", "copy", "merge", "closure"]));
  for (const phase of ingested.report.phases) {
    expect(Object.keys(phase).toSorted()).toEqual(["elapsedMs", "name", "rows"]);
    expect(phase.elapsedMs).toBeGreaterThanOrEqual(0);
    expect(Number.isInteger(phase.rows)).toBe(true);
  }
});

it("counts closure rows as the catalog has them", async () => {
  const verified = await verifyCatalog(database.database);
  expect(verified).toMatchObject({ ok: true, nodes: 7 });
  // Online: the new rows only. Offline: all, the root's own included.
  expect(ingested.report.closure.rows).toBe(verified.closure.rows);
});

it("tells progress phase by phase, with counts that only grow", () => {
  const phases = [...new Set(progress.map(({ phase }) => phase))];
  expect(phases).toEqual(["read", "merge", "closure", "analyze"]);
  for (const [index, now] of progress.entries()) {
    const before = progress[index - 1] ?? now;
    expect(now.nodes).toBeGreaterThanOrEqual(before.nodes);
    expect(now.files.done).toBeGreaterThanOrEqual(before.files.done);
    expect(now.rejects).toBeGreaterThanOrEqual(before.rejects);
  }
  expect(progress.at(-1)).toMatchObject({ files: { done: 3, total: 3 }, nodes: 6, rejects: 1 });
});
