// Initial datasets in files: as arrays where all of them can be, else as they are; what `general` says of values.

import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { enums, openFolder, specialValues } from "../../../src/simulation/formats/index.ts";
import type { InitialDataset } from "../../../src/simulation/types.ts";
import { useFolder } from "../../support/files.ts";
import { plainInitial } from "./support.ts";

const folder = useFolder();

async function read(name: string, content: string | Uint8Array): Promise<object | null> {
  folder.folder("updates");
  folder.text(`init_data/${name}`, content);
  const source = await openFolder(folder.root);
  return plainInitial(await source.readInitial(name.replace(/\.[^.]+$/, "")));
}

describe("entity_based", () => {
  it("keeps metadata in its order, and values with their holes", async () => {
    const document = {
      name: "roads",
      type: "transport_network",
      epsg_code: 28992,
      general: { enum: { label: ["highway"] }, special: { "segment_entities.speed": -9999 } },
      bounding_box: [0, 0, 1, 1],
      data: {
        segment_entities: {
          id: [1, 2, 3],
          reference: ["A", "B", null],
          speed: [27.7, null, -9999],
          pairs: [[1, 2], null, [5, 6]],
          "csr.list": [[1, 2], [], null],
        },
        nothing: { id: [], x: [] },
      },
    };
    const { data, ...metadata } = document;
    const initial = await read("roads.json", JSON.stringify(document));
    expect(initial).toEqual({
      name: "roads",
      format: "entity_based",
      metadata,
      dataKey: "data",
      data,
      document: null,
    });
    expect(Object.keys((initial as InitialDataset).metadata)).toEqual(Object.keys(metadata));
  });

  it("has its data under the dataset's name as well", async () => {
    const data = { g: { id: [1], x: [true] } };
    expect(await read("named.json", JSON.stringify({ general: {}, named: data, version: 4 }))).toEqual({
      name: "named",
      format: "entity_based",
      metadata: { general: {}, version: 4 },
      dataKey: "named",
      data,
      document: null,
    });
  });

  it("survives names that objects have of their own", async () => {
    const text = '{"__proto__":1,"data":{"__proto__":{"id":[1],"constructor":[2]}}}';
    const initial = (await read("hostile.json", text)) as InitialDataset;
    expect(JSON.stringify(initial.metadata)).toBe('{"__proto__":1}');
    expect(JSON.stringify(initial.data)).toBe('{"__proto__":{"id":[1],"constructor":[2]}}');
  });
});

describe("unstructured", () => {
  it.each([
    ["without ids", '{"data": {"g": {"x": [1, 2]}}}', {}],
    ["lists of two lengths", '{"a":1,"data": {"g": {"id": [1, 2], "x": [1]}}}', { a: 1 }],
    ["values of two types", '{"data": {"g": {"id": [1, 2], "x": [1, "b"]}}}', {}],
    ["objects", '{"data": {"g": {"id": [1], "x": [{}]}}}', {}],
    ["lists in lists in lists in lists", '{"data": {"g": {"id": [1], "x": [[[[1]]]]}}}', {}],
    ["several objects", '{"name": "x", "one": {}, "two": {}}', { name: "x" }],
    ["a list", '[1, 2, {"a": 1.0}]', {}],
  ])("%s: the bytes as they are", async (name, text, metadata) => {
    expect(await read(`${name}.json`, text)).toEqual({
      name,
      format: "unstructured",
      metadata,
      dataKey: "data",
      data: null,
      document: text,
    });
  });
});

describe("binary", () => {
  it("is any other file", async () => {
    expect(await read("grid.nc", "CDF\x01")).toMatchObject({
      format: "binary",
      metadata: {},
      document: "CDF\x01",
    });
  });

  it("keeps its bytes, also those of a packed file", async () => {
    const packed = gzipSync("x,y");
    folder.text("packed/init_data/grid.csv.gz", packed);
    folder.text("packed/init_data/roads.json.gz", gzipSync('{"data":{"g":{"id":[1]}}}'));
    const source = await openFolder(folder.path("packed"));
    expect(await source.listInitials()).toEqual(["grid.csv", "roads"]);
    expect(await source.readInitial("grid.csv")).toMatchObject({ format: "binary", document: packed });
    expect(await source.readInitial("roads")).toMatchObject({ format: "entity_based" });
  });

  it("keeps its whole name where the name alone would be another dataset's", async () => {
    for (const name of ["a.json", "a.csv", "b.csv", "b.nc", "c.csv", "noextension", ".hidden"]) {
      folder.text(`alike/init_data/${name}`, name === "a.json" ? '{"data":{}}' : name);
    }
    const source = await openFolder(folder.path("alike"));
    const datasets = await source.listDatasets();
    expect(datasets.map(({ name }) => name)).toEqual(["a", "a.csv", "b.csv", "b.nc", "c", "noextension"]);
    expect(source.notices).toEqual([expect.stringMatching(/\.hidden is left alone/)]);
    expect(await source.readInitial("a.csv")).toMatchObject({ document: Buffer.from("a.csv") });
  });
});

describe("files that will not do", () => {
  it("no JSON", async () => {
    await expect(read("cut.json", '{"data":')).rejects.toThrow(
      /cut\.json: line 1, column 9: .*not valid JSON/,
    );
  });

  it("two files of one dataset", async () => {
    folder.text("init_data/two.msgpack", Uint8Array.of(0x80));
    await expect(read("two.json", '{"data":{}}')).rejects.toThrow(
      /The initial dataset "two" is in two files, the other one is .*two\.msgpack; leave one of them/,
    );
  });
});

const initial = (name: string, general: object): Pick<InitialDataset, "name" | "metadata"> => ({
  name,
  metadata: JSON.parse(JSON.stringify({ general })) as InitialDataset["metadata"],
});

describe("special values and enums", () => {
  it("are split at the first dot", () => {
    const found = specialValues([initial("a", { special: { "g.geometry.x": -9999, "h.speed": 0 } })]);
    expect([...found].map(([group, values]) => [group, [...values]])).toEqual([
      ["g", [["geometry.x", -9999]]],
      ["h", [["speed", 0]]],
    ]);
  });

  it("are called no_data in older files", () => {
    expect(
      specialValues([initial("a", { no_data: { "g.x": -1 } })])
        .get("g")
        ?.get("x"),
    ).toBe(-1);
  });

  it("of the first dataset count, and the others are warned of", () => {
    const warnings: string[] = [];
    const initials = [
      initial("a", { special: { "g.x": -1, nodot: 1 }, enum: { label: ["p", "q"], same: ["s"] } }),
      initial("b", { special: { "g.x": -2 }, enum: { label: ["q"], same: ["s"], bad: 3 } }),
      { name: "none", metadata: {} },
    ];
    expect(
      specialValues(initials, (warning) => warnings.push(warning))
        .get("g")
        ?.get("x"),
    ).toBe(-1);
    const names = enums(initials, (warning) => warnings.push(warning));
    expect([...names]).toEqual([
      ["label", ["p", "q"]],
      ["same", ["s"]],
    ]);
    expect(warnings).toEqual([
      'The special value "nodot" of a is left out: its key must be <group>.<attribute>.',
      'The special value of "g.x" is -2 in b and -1 before; that one is taken.',
      'The enum "label" is ["q"] in b and ["p","q"] before; that one is taken.',
      'The enum "bad" of b is left out: it is no list of texts.',
    ]);
  });
});
