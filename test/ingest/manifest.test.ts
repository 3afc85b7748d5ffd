// Datasets described by tables, in the three forms in which they come.

import { beforeAll, describe, expect, it } from "vitest";
import { verifyCatalog } from "../../src/catalog/index.ts";
import { verifyFiles } from "../../src/ingest/index.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { text, writeParquet, writeSpectra } from "./manifest.support.ts";
import { type FoundNode, nodeAt, nodesBelow, pour, sumOfNodes } from "./support.ts";

const database = useDatabase();
const folder = useFolder();

beforeAll(async () => {
  await writeSpectra(folder, "data/one.h5");
  await writeSpectra(folder, "data/deep/two.h5");
});

const keysOf = (nodes: ReadonlyMap<string, FoundNode>, path: string): string[] =>
  Object.keys(nodes.get(path)?.metadata ?? {}).sort();

describe("tables beside a YAML with base_dir", () => {
  let nodes: Map<string, FoundNode>;

  beforeAll(async () => {
    writeParquet(folder, "manifests/short_entities.parquet", [
      text("uid", ["636ce3e4-1", "636ce3e4-2"]),
      text("key", ["H_636ce3e4", "H_2"]),
      { name: "Ja_meV", data: [1, 0.5], type: "DOUBLE" },
      { name: "n", data: [9007199254740993n, null], type: "INT64" },
    ]);
    writeParquet(folder, "manifests/short_artifacts.parquet", [
      text("uid", ["636ce3e4-1", "636ce3e4-1", "636ce3e4-2"]),
      text("type", ["rixs", "curve", "rixs"]),
      text("file", ["one.h5", "one.h5", "deep/two.h5"]),
      text("dataset", ["spectra", "/curve/M", "/spectra"]),
      { name: "index", data: [0, null, 9], type: "DOUBLE" },
      { name: "field_T", data: [30, 7, 30], type: "INT32" },
    ]);
    const yaml = folder.text(
      "short.yaml",
      "key: SHORT\nbase_dir: data\ngenerator: gen_vdp\nmetadata: { material: NiPS3 }\n",
    );
    const { report, rejects } = await pour(database, folder, yaml);
    expect(rejects).toEqual([]);
    expect(report).toMatchObject({ status: "completed", dataset: "SHORT", source: "SHORT" });
    expect(sumOfNodes(report)).toBe(6);
    nodes = await nodesBelow(database, "/SHORT");
  });

  it("takes keys from the column, and all other columns as metadata", () => {
    expect([...nodes.keys()]).toEqual([
      "/SHORT",
      "/SHORT/H_2",
      "/SHORT/H_2/rixs",
      "/SHORT/H_636ce3e4",
      "/SHORT/H_636ce3e4/curve",
      "/SHORT/H_636ce3e4/rixs",
    ]);
    expect(nodes.get("/SHORT")?.metadata).toEqual({ material: "NiPS3", source: "SHORT" });
    const entity = nodes.get("/SHORT/H_636ce3e4");
    expect(entity?.text).toContain('"n": 9007199254740993');
    expect(entity?.text).toContain('"Ja_meV": 1.0');
    expect(entity?.metadata).toMatchObject({
      uid: "636ce3e4-1",
      source: "SHORT",
      path_rixs: "one.h5",
      dataset_rixs: "/spectra",
      index_rixs: 0,
      path_curve: "one.h5",
      dataset_curve: "/curve/M",
    });
    expect(keysOf(nodes, "/SHORT/H_636ce3e4")).not.toContain("index_curve");
    expect(keysOf(nodes, "/SHORT/H_2")).not.toContain("n");
  });

  it("makes an index a slice and drops the leading axis", () => {
    const row = nodes.get("/SHORT/H_2/rixs");
    expect(row?.parameters).toEqual({ dataset: "/spectra", slice: "9" });
    expect(row?.structure).toMatchObject({ shape: [2, 3], chunks: [[2], [3]] });
    expect(row?.metadata).toEqual({ type: "rixs", shape: [2, 3], dtype: "float32", field_T: 30 });
    expect(row?.uri).toBe(`file://localhost${folder.path("data/deep/two.h5")}`);
    const whole = nodes.get("/SHORT/H_636ce3e4/curve");
    expect(whole?.parameters).toEqual({ dataset: "/curve/M" });
    expect(whole?.structure?.shape).toEqual([4]);
  });

  it("leaves a sound catalog whose arrays are as their files say", async () => {
    expect(await verifyCatalog(database.database)).toMatchObject({ ok: true });
    expect(await verifyFiles(database.database)).toMatchObject({ ok: true });
  });
});

describe("tables in manifests/<label>", () => {
  const yaml = (name: string, rest: string): string =>
    folder.text(
      `${name}.yaml`,
      `label: ${name}\ndata: { directory: data, layout: batched, server_base_dir: /mnt/data }\n${rest}`,
    );

  const artifacts = "uid,type,file,dataset,index\n0123456789abcdef,s,one.h5,/spectra,3\n";

  it("makes keys of the dataset's key and the uid, and URIs as the server sees them", async () => {
    folder.text("manifests/Broad_Sigma/entities.csv", "uid,sigma\n0123456789abcdef,0.1\n");
    folder.text("manifests/Broad_Sigma/artifacts.csv", artifacts);
    const { report } = await pour(
      database,
      folder,
      yaml("Broad Sigma", "parameters: { location: manifest }\n"),
    );
    expect(report.readableStorage).toEqual(["/mnt/data"]);
    const entity = await nodeAt(database, "/BROAD_SIGMA/BROAD_SIGMA_0123456789abc");
    expect(entity.metadata).toMatchObject({ uid: "0123456789abcdef", sigma: 0.1, source: "Broad Sigma" });
    const array = await nodeAt(database, "/BROAD_SIGMA/BROAD_SIGMA_0123456789abc/s");
    expect(array).toMatchObject({ uri: "file://localhost/mnt/data/one.h5", parameters: { slice: "3" } });
  });

  it("takes the folder that parameters.manifest names, and any kind of table", async () => {
    folder.text("elsewhere/entities.ndjson", '{"uid": "0123456789abcdef", "tags": ["a", 1.0]}\n');
    folder.text("elsewhere/artifacts.tsv", artifacts.replaceAll(",", "\t"));
    const rest = "parameters: { location: manifest, manifest: elsewhere }\n";
    await pour(database, folder, yaml("ELSE", rest));
    const entity = await nodeAt(database, "/ELSE/ELSE_0123456789abc");
    expect(entity.text).toContain('"tags": ["a", 1.0]');
  });

  it("opens no file when the table says shape and dtype", async () => {
    folder.text("data/unopened.h5", "no HDF5");
    folder.text("manifests/SAID/entities.csv", "uid\na\n");
    folder.text(
      "manifests/SAID/artifacts.csv",
      'uid,type,file,dataset,index,shape,dtype\na,s,unopened.h5,/x,1,"[3, 4]",>f4\na,t,unopened.h5,/y,,[],bool\n',
    );
    const { rejects } = await pour(database, folder, yaml("SAID", "parameters: { location: manifest }\n"));
    expect(rejects).toEqual([]);
    expect(await nodeAt(database, "/SAID/SAID_a/s")).toMatchObject({
      structure: { shape: [4], data_type: { endianness: "big", kind: "f", itemsize: 4 } },
      metadata: { type: "s", shape: [4], dtype: "float32" },
      size: 7,
    });
    expect((await nodeAt(database, "/SAID/SAID_a/t")).structure?.data_type).toMatchObject({ kind: "b" });
  });
});

describe("layout manifest", () => {
  it("fans files out into arrays and promotes columns with one value", async () => {
    writeParquet(folder, "tables/ent.parquet", [
      text("huid", ["aaaaaaaa-bbbb-cccc", "dddddddd-eeee-ffff"]),
      text("code", ["Sunny", "Sunny"]),
      { name: "J", data: [1, 2], type: "DOUBLE" },
    ]);
    writeParquet(folder, "tables/art.parquet", [
      text("huid", ["aaaaaaaa-bbbb-cccc", "dddddddd-eeee-ffff"]),
      text("auid", ["11111111-2", "33333333-4"]),
      text("type", ["mh_curve", "mh_curve"]),
      text("path_rel", ["one.h5", "deep/two.h5"]),
      { name: "field_T", data: [30, 30], type: "INT32" },
    ]);
    const yaml = folder.text(
      "layout.yaml",
      `\
label: SUNNY
data:
  directory: data
  layout: manifest
  entity_manifest: tables/ent.parquet
  artifact_manifest: tables/art.parquet
  entity_uid_column: huid
  artifact_uid_column: auid
  file_column: path_rel
artifact_datasets:
  mh_curve: [/curve/H, /curve/M]
`,
    );
    const { rejects } = await pour(database, folder, yaml);
    expect(rejects).toEqual([]);
    const nodes = await nodesBelow(database, "/SUNNY");
    expect(nodes.get("/SUNNY")?.metadata).toEqual({ code: "Sunny", field_T: 30, source: "SUNNY" });
    expect(nodes.get("/SUNNY/SUNNY_aaaaaaaa-bbbb")?.metadata).toEqual({
      uid: "aaaaaaaa-bbbb-cccc",
      J: 1,
      path_H_11111111: "one.h5",
      dataset_H_11111111: "/curve/H",
      path_M_11111111: "one.h5",
      dataset_M_11111111: "/curve/M",
      source: "SUNNY",
    });
    expect(nodes.get("/SUNNY/SUNNY_dddddddd-eeee/M_33333333")?.metadata).toEqual({
      type: "mh_curve",
      shape: [4],
      dtype: "float64",
      auid: "33333333-4",
    });
  });
});

it("the example with tables gives the arrays of the example without", async () => {
  const { rejects } = await pour(database, folder, ["examples/edrixs.yaml", "examples/manifest.yaml"]);
  expect(rejects).toEqual([]);
  const arrays = async (dataset: string): Promise<unknown[]> =>
    [...(await nodesBelow(database, dataset)).values()]
      .filter(({ family }) => family === "array")
      .map(({ uri, parameters, structure }) => JSON.stringify([uri, parameters, structure]))
      .sort();
  const fromTables = await arrays("/EDRIXS_TABLES");
  expect(fromTables).toHaveLength(20);
  expect(fromTables).toEqual(await arrays("/EDRIXS"));
  expect((await nodeAt(database, "/EDRIXS_TABLES/rixs_0")).metadata).toMatchObject({ tenDq: 0.157 });
});
