// Layout per_entity: one file is one entity.

import { beforeAll, describe, expect, it } from "vitest";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { type FoundNode, type Ingested, nodeAt, nodesBelow, pour, sumOfNodes } from "./support.ts";

const database = useDatabase();
const folder = useFolder();

const yaml = (lines: string): string => folder.text(`${/key: (\w+)/.exec(lines)?.[1]}.yaml`, lines);

describe("a dataset with root scalars", () => {
  let ingested: Ingested;
  let nodes: Map<string, FoundNode>;

  beforeAll(async () => {
    await folder.hdf5("scalars/a.h5", {
      children: {
        whole: { data: 1 },
        half: { data: 0.5 },
        count: { data: 7n },
        huge: { data: 1e20 },
        lost: { data: Number.NEGATIVE_INFINITY },
        name: { data: "Grüße" },
        list: { data: Float64Array.of(1, 2) },
        curve: { children: { m: { data: Float64Array.of(1, 2, 3), attributes: { units: "T", type: "x" } } } },
        map: { data: new Float32Array(6), shape: [2, 3], chunks: [1, 3], gzip: 1 },
        energy: { data: 5 },
      },
    });
    await folder.hdf5("scalars/sub/b.h5", { children: { whole: { data: 2 }, source: { data: "liar" } } });
    const file = yaml(`
label: My Scalars
key: SCALARS
metadata: { material: NiPS3, fields: [7, 14.0] }
data: { directory: scalars, layout: per_entity }
artifacts:
  - { type: curve, dataset: /curve/m }
  - { type: map, dataset: map }
  - { type: energy, dataset: /energy }
shared:
  - { type: grid, dataset: /grid }
provenance: { created_at: "2026-01-15", code_version: "1" }
`);
    ingested = await pour(database, folder, file);
    nodes = await nodesBelow(database, "/SCALARS");
  });

  it("gives the container metadata, provenance, shared datasets and the label", () => {
    expect(nodes.get("/SCALARS")?.metadata).toEqual({
      material: "NiPS3",
      fields: [7, 14],
      created_at: "2026-01-15",
      code_version: "1",
      shared_dataset_grid: "/grid",
      source: "My Scalars",
    });
    expect(nodes.get("/SCALARS")?.text).toContain('"fields": [7, 14.0]');
  });

  it("gives an entity its scalars, exact to the text, and no arrays", () => {
    const entity = nodes.get("/SCALARS/a");
    expect(entity?.metadata).toEqual({
      whole: 1,
      half: 0.5,
      count: 7,
      huge: 1e20,
      lost: null,
      name: "Grüße",
      energy: 5,
      path_curve: "a.h5",
      dataset_curve: "/curve/m",
      path_map: "a.h5",
      dataset_map: "/map",
      path_energy: "a.h5",
      dataset_energy: "/energy",
      source: "My Scalars",
    });
    expect(entity?.text).toContain('"whole": 1.0');
    expect(entity?.text).toContain('"count": 7,');
    expect(entity?.text).toContain('"huge": 100000000000000000000.0');
  });

  it("registers each artifact as Tiled does", () => {
    expect(nodes.get("/SCALARS/a/map")).toMatchObject({
      family: "array",
      mimetype: "application/x-hdf5",
      management: "external",
      parameters: { dataset: "/map" },
      uri: `file://localhost${folder.path("scalars/a.h5")}`,
      association: "data_uri",
      structure: {
        shape: [2, 3],
        chunks: [[1, 1], [3]],
        data_type: { endianness: "little", kind: "f", itemsize: 4, dt_units: null },
      },
    });
    expect(nodes.get("/SCALARS/a/energy")?.structure).toMatchObject({ shape: [1], chunks: [[1]] });
  });

  it("gives an artifact its type, shape and data type, then the attributes that do not hide these", () => {
    expect(nodes.get("/SCALARS/a/curve")?.metadata).toEqual({
      type: "curve",
      shape: [3],
      dtype: "float64",
      units: "T",
    });
  });

  it("makes a key of the path below the directory, and the label wins over a parameter named source", () => {
    expect(nodes.get("/SCALARS/sub_b")?.metadata).toEqual({ whole: 2, source: "My Scalars" });
  });

  it("rejects each artifact that a file lacks, with the file to read again, and takes the rest", () => {
    const file = folder.path("scalars/sub/b.h5");
    expect(ingested.report.status).toBe("completed_with_rejects");
    expect(ingested.rejects.map(({ source, position, code }) => ({ source, position, code }))).toEqual([
      { source: file, position: "/curve/m", code: "missing_dataset" },
      { source: file, position: "/map", code: "missing_dataset" },
      { source: file, position: "/energy", code: "missing_dataset" },
    ]);
    expect(ingested.rejects[0]?.record).toEqual({ input: folder.path("SCALARS.yaml"), file });
    expect([...nodes.keys()]).toEqual([
      "/SCALARS",
      "/SCALARS/a",
      "/SCALARS/a/curve",
      "/SCALARS/a/energy",
      "/SCALARS/a/map",
      "/SCALARS/sub_b",
    ]);
    expect(ingested.report.nodes).toMatchObject({ read: 9, inserted: 6, rejected: 3 });
    expect(sumOfNodes(ingested.report)).toBe(9);
  });
});

describe("parameters elsewhere in the file", () => {
  it("takes root attributes", async () => {
    await folder.hdf5("attributes/a.h5", {
      attributes: { T_K: 4.2, run: 3n, tags: ["x", "y"], source: "file" },
      children: { ignored: { data: 1 }, m: { data: Float64Array.of(1) } },
    });
    const file = yaml(`
label: ATTRIBUTES
key: ATTRIBUTES
data: { directory: attributes, layout: per_entity }
parameters: { location: root_attributes }
artifacts: [{ type: m, dataset: /m }]
`);
    expect((await pour(database, folder, file)).report.status).toBe("completed");
    expect((await nodeAt(database, "/ATTRIBUTES/a")).metadata).toEqual({
      T_K: 4.2,
      run: 3,
      tags: ["x", "y"],
      path_m: "a.h5",
      dataset_m: "/m",
      source: "ATTRIBUTES",
    });
  });

  it("takes the datasets of a group, short arrays as well, and extra metadata by its path", async () => {
    await folder.hdf5("groups/a.h5", {
      children: {
        params: { children: { J: { data: 1 }, axis: { data: Float64Array.of(0, 1) } } },
        fit: { children: { chi2: { data: 3.5 } } },
        m: { data: Float64Array.of(1) },
      },
    });
    const file = yaml(`
label: GROUPS
key: GROUPS
data: { directory: groups, layout: per_entity, file_pattern: "*.h5" }
parameters: { location: group, group: params }
artifacts: [{ type: m, dataset: /m }]
extra_metadata: [{ dataset: /fit/chi2 }, { dataset: /fit/none }]
`);
    await pour(database, folder, file);
    expect((await nodeAt(database, "/GROUPS/a")).metadata).toEqual({
      J: 1,
      axis: [0, 1],
      "fit/chi2": 3.5,
      path_m: "a.h5",
      dataset_m: "/m",
      source: "GROUPS",
    });
    expect((await nodeAt(database, "/GROUPS/a")).text).toContain('"axis": [0.0, 1.0]');
  });

  it("rejects a file that lacks the group, instead of an entity without parameters", async () => {
    await folder.hdf5("lacking/a.h5", { children: { m: { data: Float64Array.of(1) } } });
    const file = yaml(`
label: LACKING
key: LACKING
data: { directory: lacking, layout: per_entity }
parameters: { location: group, group: /parms }
artifacts: [{ type: m, dataset: /m }]
`);
    const { report, rejects } = await pour(database, folder, file);
    expect(report.nodes).toMatchObject({ inserted: 1, rejected: 1 });
    expect(rejects).toMatchObject([{ code: "no_parameters", position: "/parms" }]);
  });
});
