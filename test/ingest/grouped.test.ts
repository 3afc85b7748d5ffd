// Layout grouped: every subgroup of one group is an entity.

import { expect, it } from "vitest";
import type { WriteGroup } from "../../src/hdf5/index.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { nodeAt, nodesBelow, pour } from "./support.ts";

const database = useDatabase();
const folder = useFolder();

const yaml = (key: string, rest: string): string =>
  folder.text(`${key}.yaml`, `label: ${key}\nkey: ${key}\n${rest}`);

const sample = (temperature: number): WriteGroup => ({
  attributes: { operator: "Ann" },
  children: {
    params: { children: { T_K: { data: temperature }, axis: { data: Float64Array.of(1, 2) } } },
    outside: { data: 1 },
    data: { children: { counts: { data: Int32Array.of(1, 2, 3) } } },
    fit: { children: { chi2: { data: 0.5 } } },
  },
});

it("takes parameters from the subgroup params, artifacts below the entity, and says which group it was", async () => {
  await folder.hdf5("SAMPLES/day1.h5", {
    attributes: { facility: "APS" },
    children: { title: { data: "x" }, samples: { children: { s1: sample(4), s2: sample(300) } } },
  });
  const file = yaml(
    "SAMPLES",
    `\
data: { directory: SAMPLES, layout: grouped, entity_group: /samples }
artifacts: [{ type: counts, dataset: data/counts }]
extra_metadata: [{ dataset: fit/chi2 }]
`,
  );
  const { report } = await pour(database, folder, file);
  expect(report.status).toBe("completed");
  const nodes = await nodesBelow(database, "/SAMPLES");
  expect([...nodes.keys()]).toEqual([
    "/SAMPLES",
    "/SAMPLES/day1_s1",
    "/SAMPLES/day1_s1/counts",
    "/SAMPLES/day1_s2",
    "/SAMPLES/day1_s2/counts",
  ]);
  expect(nodes.get("/SAMPLES/day1_s2")?.metadata).toEqual({
    T_K: 300,
    axis: [1, 2],
    "fit/chi2": 0.5,
    path_counts: "day1.h5",
    dataset_counts: "/samples/s2/data/counts",
    source_group: "/samples/s2",
    source: "SAMPLES",
  });
  expect(nodes.get("/SAMPLES/day1_s2/counts")).toMatchObject({
    parameters: { dataset: "/samples/s2/data/counts" },
    metadata: { type: "counts", shape: [3], dtype: "int32" },
    structure: { shape: [3] },
  });
});

it("takes the scalars of the entity's own group where there is no group of parameters", async () => {
  await folder.hdf5("PLAIN/a.h5", {
    children: {
      e1: {
        children: { J: { data: 1 }, list: { data: Float64Array.of(1, 2) }, m: { data: Float64Array.of(1) } },
      },
    },
  });
  const file = yaml(
    "PLAIN",
    "data: { directory: PLAIN, layout: grouped }\nartifacts: [{ type: m, dataset: m }]\n",
  );
  await pour(database, folder, file);
  const entity = await nodeAt(database, "/PLAIN/a_e1");
  expect(entity.metadata).toEqual({
    J: 1,
    path_m: "a.h5",
    dataset_m: "/e1/m",
    source_group: "/e1",
    source: "PLAIN",
  });
  expect(entity.text).toContain('"J": 1.0');
});

it("takes the attributes of the group that holds the entities, for each of them", async () => {
  await folder.hdf5("ATTRS/a.h5", {
    attributes: { facility: "APS" },
    children: { e1: { children: { m: { data: 1 } } }, e2: { children: { m: { data: 2 } } } },
  });
  const file = yaml(
    "ATTRS",
    `\
data: { directory: ATTRS, layout: grouped }
parameters: { location: root_attributes }
artifacts: [{ type: m, dataset: m }]
`,
  );
  await pour(database, folder, file);
  expect((await nodeAt(database, "/ATTRS/a_e1")).metadata).toMatchObject({ facility: "APS" });
  expect((await nodeAt(database, "/ATTRS/a_e2")).metadata).toMatchObject({ facility: "APS" });
});

it("rejects an artifact that one group lacks, and a file without the group of entities", async () => {
  await folder.hdf5("HOLES/a.h5", {
    children: {
      all: { children: { e1: { children: { m: { data: 1 } } }, e2: { children: { n: { data: 1 } } } } },
    },
  });
  const other = await folder.hdf5("HOLES/b.h5", { children: { m: { data: 1 } } });
  const file = yaml(
    "HOLES",
    "data: { directory: HOLES, layout: grouped, entity_group: all }\nartifacts: [{ type: m, dataset: m }]\n",
  );
  const { report, rejects } = await pour(database, folder, file);
  expect(rejects).toEqual([
    {
      source: folder.path("HOLES/a.h5"),
      position: "/all/e2/m",
      code: "missing_dataset",
      message: "the group has no data set m",
      record: { input: file, file: folder.path("HOLES/a.h5") },
    },
    {
      source: other,
      position: "/all",
      code: "missing_dataset",
      message: expect.stringContaining("/all") as string,
      record: { input: file, file: other },
    },
  ]);
  expect(report.nodes).toMatchObject({ inserted: 4, rejected: 2 });
});

it("stops at the limit inside a file", async () => {
  const entities = Object.fromEntries(
    Array.from({ length: 5 }, (_, index) => [`e${index}`, { children: { m: { data: index } } }] as const),
  );
  await folder.hdf5("MANY/a.h5", { children: entities });
  await folder.hdf5("MANY/b.h5", { children: entities });
  const file = yaml(
    "MANY",
    "data: { directory: MANY, layout: grouped }\nartifacts: [{ type: m, dataset: m }]\n",
  );
  const { report } = await pour(database, folder, file, { limit: 3 });
  expect(report.nodes.inserted).toBe(1 + 3 * 2);
});
