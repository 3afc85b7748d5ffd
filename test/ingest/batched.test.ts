// Layout batched: row i of every dataset belongs to entity i.

import { beforeAll, describe, expect, it } from "vitest";
import type { WriteDataset } from "../../src/hdf5/index.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { type FoundNode, type Ingested, nodeAt, nodesBelow, pour, sumOfNodes } from "./support.ts";

const database = useDatabase();
const folder = useFolder();

const yaml = (key: string, rest = ""): string =>
  folder.text(
    `${key}.yaml`,
    `\
label: ${key}
key: ${key}
data: { directory: ${key}, layout: batched }
parameters: { location: group, group: /params }
artifacts:
  - { type: spectrum, dataset: /spectra }
${rest}`,
  );

const rows = (count: number, width = 2): WriteDataset => ({
  data: Float64Array.from({ length: count * width }, (_, index) => index),
  shape: [count, width],
});

describe("a file of three spectra", () => {
  let ingested: Ingested;
  let nodes: Map<string, FoundNode>;

  beforeAll(async () => {
    await folder.hdf5("THREE/run.h5", {
      children: {
        spectra: { data: new Float32Array(12), shape: [3, 2, 2], chunks: [1, 2, 1], gzip: 1 },
        params: {
          children: {
            J: { data: Float32Array.of(0.1, 1, -2.5) },
            n: { data: BigInt64Array.of(1n, 2n, 9007199254740993n) },
            label: { data: ["a", "b", "ü"] },
            vector: { data: Float64Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2] },
            axis: { data: Float64Array.of(1, 2) },
          },
        },
        log: { data: Float64Array.of(-1, Number.NEGATIVE_INFINITY, Number.NaN) },
        short: rows(2),
        scalar: { data: 1 },
      },
    });
    const rest = `\
  - { type: short, dataset: /short }
  - { type: scalar, dataset: /scalar }
  - { type: none, dataset: /none }
shared: [{ type: axis, dataset: /params/axis }]
extra_metadata: [{ dataset: /log }, { dataset: /params/axis }]
`;
    ingested = await pour(database, folder, yaml("THREE", rest));
    nodes = await nodesBelow(database, "/THREE");
  });

  it("makes an entity a row, with its parameters exact to the text", () => {
    const first = nodes.get("/THREE/run_0");
    expect(first?.metadata).toMatchObject({
      J: Math.fround(0.1),
      n: 1,
      label: "a",
      vector: [1, 2],
      log: -1,
      path_spectrum: "run.h5",
      dataset_spectrum: "/spectra",
      index_spectrum: 0,
      source: "THREE",
    });
    expect(nodes.get("/THREE/run_1")?.text).toContain('"J": 1.0');
    expect(nodes.get("/THREE/run_2")?.text).toContain('"n": 9007199254740993');
    expect(nodes.get("/THREE/run_2")?.metadata).toMatchObject({ label: "ü", index_spectrum: 2 });
  });

  it("leaves out columns of another length, and locators of what is not there", () => {
    const keys = Object.keys(nodes.get("/THREE/run_0")?.metadata ?? {}).sort();
    expect(keys).toEqual(
      [
        "J",
        "n",
        "label",
        "vector",
        "log",
        "path_spectrum",
        "dataset_spectrum",
        "index_spectrum",
        "source",
      ].sort(),
    );
  });

  it("makes null of what JSON has no number for", () => {
    expect(nodes.get("/THREE/run_1")?.metadata.log).toBeNull();
    expect(nodes.get("/THREE/run_2")?.metadata.log).toBeNull();
  });

  it("points to the row by a slice that is a string, and drops the leading axis", () => {
    for (const index of [0, 1, 2]) {
      const node = nodes.get(`/THREE/run_${index}/spectrum`);
      expect(node?.parameters).toEqual({ dataset: "/spectra", slice: String(index) });
      expect(node?.structure).toMatchObject({ shape: [2, 2], chunks: [[2], [1, 1]] });
      expect(node?.metadata).toEqual({ type: "spectrum", shape: [2, 2], dtype: "float32" });
    }
  });

  it("rejects once an artifact that does not have the rows, and takes the others", () => {
    expect(ingested.rejects.map(({ position, code }) => [position, code])).toEqual([
      ["/short", "wrong_length"],
      ["/scalar", "wrong_length"],
      ["/none", "missing_dataset"],
    ]);
    expect(ingested.rejects[0]?.message).toBe(
      "/short has 2 rows; the layout is batched and 3 entities were found",
    );
    expect(ingested.report.nodes).toMatchObject({ read: 10, inserted: 7, rejected: 3 });
    expect(nodes.get("/THREE")?.metadata).toEqual({ shared_dataset_axis: "/params/axis", source: "THREE" });
  });
});

it("takes every row of a file that is longer than two windows of reading, in order", async () => {
  const count = 4500;
  await folder.hdf5("LONG/all.h5", {
    children: {
      spectra: rows(count, 1),
      params: { children: { i: { data: Float64Array.from({ length: count }, (_, index) => index) } } },
    },
  });
  const { report } = await pour(database, folder, yaml("LONG"));
  expect(report.nodes).toMatchObject({ read: 1 + 2 * count, inserted: 1 + 2 * count });
  expect(report).toMatchObject({ structures: { inserted: 1 }, assets: { inserted: 1 } });
  const [found] = await database.rows(`\
select count(*)::int as nodes, count(distinct n.metadata ->> 'i')::int as values,
  bool_and(n.key = 'all_' || (n.metadata ->> 'i')::numeric::int and n.metadata -> 'i' = n.metadata -> 'index_spectrum') as fits,
  bool_and(d.parameters ->> 'slice' = n.metadata ->> 'index_spectrum') as sliced
from nodes n join nodes p on p.id = n.parent and p.key = 'LONG'
join nodes c on c.parent = n.id join data_sources d on d.node_id = c.id`);
  expect(found).toEqual({ nodes: count, values: count, fits: true, sliced: true });
});

it("takes several files, each with its own number of rows, and stops at the limit", async () => {
  const content = (count: number) => ({
    children: { spectra: rows(count), params: { children: { J: { data: new Float64Array(count) } } } },
  });
  await folder.hdf5("TWO/a.h5", content(2));
  await folder.hdf5("TWO/b.h5", content(3));
  const file = yaml("TWO");
  const limited = await pour(database, folder, file, { limit: 3 });
  expect(
    [...(await nodesBelow(database, "/TWO")).keys()].filter((path) => path.split("/").length === 3),
  ).toEqual(["/TWO/a_0", "/TWO/a_1", "/TWO/b_0"]);
  const all = await pour(database, folder, file);
  expect([limited.report.nodes.inserted, all.report.nodes.inserted, all.report.nodes.unchanged]).toEqual([
    7, 4, 7,
  ]);
  expect(sumOfNodes(all.report)).toBe(all.report.nodes.read);
});

it("counts a limit in the order of the files, whichever is read first", async () => {
  const content = (count: number) => ({
    children: {
      spectra: rows(count, 1),
      params: { children: { J: { data: new Float64Array(count) } } },
    },
  });
  // Three windows of rows against one: read side by side, the second file would be done first.
  await folder.hdf5("ORDER/a.h5", content(4500));
  await folder.hdf5("ORDER/b.h5", content(3));
  const { report } = await pour(database, folder, yaml("ORDER"), { limit: 4501 });
  expect(report.nodes).toMatchObject({ inserted: 1 + 2 * 4501, rejected: 0 });
  const paths = [...(await nodesBelow(database, "/ORDER")).keys()];
  expect(paths.filter((path) => /^\/ORDER\/b_\d+$/.test(path))).toEqual(["/ORDER/b_0"]);
});

it("takes columns at the root, or the same root attributes for every row", async () => {
  await folder.hdf5("ROOT/a.h5", {
    attributes: { beamline: "I16" },
    children: { spectra: rows(2), T: { data: Float64Array.of(4, 5) } },
  });
  const text = (location: string, key: string): string =>
    folder.text(
      `${key}.yaml`,
      `\
label: ${key}
data: { directory: ROOT, layout: batched }
parameters: { location: ${location} }
artifacts: [{ type: spectrum, dataset: /spectra }]
`,
    );
  await pour(database, folder, text("root_scalars", "COLUMNS"));
  await pour(database, folder, text("root_attributes", "SHARED"));
  expect((await nodeAt(database, "/COLUMNS/a_1")).metadata).toEqual({
    T: 5,
    path_spectrum: "a.h5",
    dataset_spectrum: "/spectra",
    index_spectrum: 1,
    source: "COLUMNS",
  });
  expect((await nodeAt(database, "/SHARED/a_1")).metadata).toMatchObject({
    beamline: "I16",
    source: "SHARED",
  });
});

it("does not take an artifact for a parameter when both lie in one group", async () => {
  await folder.hdf5("SAMEGROUP/a.h5", {
    children: { params: { children: { J: { data: Float64Array.of(1, 2) }, spectra: rows(2) } } },
  });
  const file = folder.text(
    "SAMEGROUP.yaml",
    `\
label: SAMEGROUP
data: { directory: SAMEGROUP, layout: batched }
parameters: { location: group, group: /params }
artifacts: [{ type: spectrum, dataset: /params/spectra }]
`,
  );
  await pour(database, folder, file);
  expect(Object.keys((await nodeAt(database, "/SAMEGROUP/a_0")).metadata)).not.toContain("spectra");
});

it("rejects a file whose group of parameters is not there, with what to check", async () => {
  await folder.hdf5("NOPARAMS/a.h5", { children: { spectra: rows(2) } });
  const { report, rejects } = await pour(database, folder, yaml("NOPARAMS"));
  expect(report.nodes).toMatchObject({ inserted: 1, rejected: 1 });
  expect(rejects).toMatchObject([{ code: "no_parameters", position: "/params" }]);
});
