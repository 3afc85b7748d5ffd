import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  float64,
  readAll,
  readOne,
  readRecord,
  record,
  streamOf,
  withAssets,
  withSource,
  withStructure,
} from "./nodeRecords.support.ts";

describe("a record", () => {
  test("with everything in it", async () => {
    const text = JSON.stringify(record);
    expect(await readRecord(text)).toEqual({
      path: ["VDP", "a"],
      structureFamily: "array",
      metadata: "{}",
      specs: "[]",
      accessBlob: "{}",
      dataSource: {
        mimetype: "application/x-hdf5",
        structureFamily: "array",
        structure:
          '{"chunks":[[3],[4]],"data_type":{"dt_units":null,"endianness":"little","itemsize":8,"kind":"f"},"dims":null,"resizable":false,"shape":[3,4]}',
        parameters: '{"dataset":"/a"}',
        properties: "{}",
        management: "external",
        assets: [
          {
            dataUri: "file://localhost/d/a.h5",
            isDirectory: false,
            size: "7",
            parameter: "data_uri",
            num: null,
          },
        ],
      },
      text,
    });
  });

  test("with a path alone is a container", async () => {
    expect(await readRecord('{"path": "VDP/H_1"}')).toEqual({
      path: ["VDP", "H_1"],
      structureFamily: "container",
      metadata: "{}",
      specs: "[]",
      accessBlob: "{}",
      dataSource: null,
      text: '{"path": "VDP/H_1"}',
    });
  });

  test("in camelCase, with one of data_sources, takes its family from there", async () => {
    const { structure, assets, ...source } = JSON.parse(JSON.stringify(record)).data_source;
    delete source.structure_family;
    const camel = {
      path: "/a",
      accessBlob: { tags: ["x"] },
      dataSources: [
        {
          ...source,
          structureFamily: "array",
          structure: { ...structure, data_type: undefined, dataType: float64 },
          assets: [{ dataUri: assets[0].data_uri, isDirectory: true }],
        },
      ],
    };
    expect(await readRecord(JSON.stringify(camel))).toMatchObject({
      structureFamily: "array",
      accessBlob: '{"tags":["x"]}',
      dataSource: {
        structureFamily: "array",
        assets: [{ dataUri: "file://localhost/d/a.h5", isDirectory: true }],
      },
    });
  });

  test("null stands for what is not there", async () => {
    const text =
      '{"path":"/a","metadata":null,"specs":null,"access_blob":null,"data_source":null,"data_sources":[]}';
    expect(await readRecord(text)).toMatchObject({
      metadata: "{}",
      specs: "[]",
      accessBlob: "{}",
      dataSource: null,
    });
  });

  test("specs get the version that Tiled writes", async () => {
    const text = JSON.stringify({ ...record, specs: [{ name: "a", version: "1" }, { name: "a" }] });
    expect((await readRecord(text)).specs).toBe('[{"name":"a","version":"1"},{"name":"a","version":null}]');
  });

  test("of a repeated key the last counts", async () => {
    expect(await readRecord('{"path":"/a","path":"/b","metadata":{"x":1},"metadata":{"y":2}}')).toMatchObject(
      {
        path: ["b"],
        metadata: '{"y":2}',
      },
    );
  });

  test("a container over an HDF5 file needs no structure, and its other parameters are let through", async () => {
    const text = JSON.stringify({
      ...record,
      structure_family: "container",
      data_source: {
        ...record.data_source,
        structure_family: "container",
        structure: null,
        parameters: { foo: 1 },
      },
    });
    expect(await readRecord(text)).toMatchObject({
      dataSource: { structure: null, parameters: '{"foo":1}' },
    });
  });

  test("parameters of other mimetypes are not looked at", async () => {
    const text = JSON.stringify(
      withSource({ mimetype: "image/tiff", parameters: { slice: 0, whatever: 1.5 } }),
    );
    expect((await readRecord(text)).dataSource?.parameters).toBe('{"slice":0,"whatever":1.5}');
  });
});

describe("assets", () => {
  test("several without parameter are numbered as Tiled does", async () => {
    const { dataSource } = await readRecord(
      JSON.stringify(withAssets({ data_uri: "/b" }, { data_uri: "/a" })),
    );
    expect(dataSource?.assets.map(({ parameter, num }) => [parameter, num])).toEqual([
      ["data_uris", 0],
      ["data_uris", 1],
    ]);
  });

  test("a null parameter stays null, and may be there twice", async () => {
    const assets = [
      { data_uri: "/b", parameter: null },
      { data_uri: "/a", parameter: null },
    ];
    const { dataSource } = await readRecord(JSON.stringify(withAssets(...assets)));
    expect(dataSource?.assets.map(({ parameter, num }) => [parameter, num])).toEqual([
      [null, null],
      [null, null],
    ]);
  });

  test.each([
    ["9007199254740993", "9007199254740993"],
    ["9223372036854775807", "9223372036854775807"],
    ['"9223372036854775807"', "9223372036854775807"],
    ["0", "0"],
    ["null", null],
  ])("size %s is exactly %s", async (size, expected) => {
    const text = JSON.stringify(withAssets({ data_uri: "/b", size: 1 }, { data_uri: "/a", size: "SIZE" }));
    const { dataSource } = await readRecord(text.replace('"SIZE"', size));
    expect(dataSource?.assets.map((asset) => asset.size)).toEqual(["1", expected]);
  });
});

describe("structures have Tiled's own ids", () => {
  const one = (kind: string, itemsize: number, endianness = "little", dt_units?: string) => ({
    data_type: { endianness, kind, itemsize, ...(dt_units === undefined ? {} : { dt_units }) },
    shape: [2],
    chunks: [[2]],
  });
  // Computed with Tiled itself.
  test.each([
    [
      "9e975a61c12a8cf36c88e464ac37913c",
      { data_type: { ...float64, dt_units: undefined }, shape: [3, 4], chunks: [[3], [4]] },
    ],
    ["b111bb561a2d8e09442428a3b5d6970e", { ...one("f", 4, "big"), shape: [7], chunks: [[7]] }],
    ["8ecd94f8a68d985e01e320a6536ee7c7", one("b", 1, "not_applicable")],
    ["e50b085bd27cacaf2b22a9336bfae546", one("U", 12)],
    ["fa2dac5608c078d835a140f65e8cbc07", one("M", 8, "little", "[ns]")],
    ["3dde0d26aa6abdd30174251711c30818", { data_type: float64, shape: [], chunks: [] }],
    ["0aa741eacab5bef7c058310e36e67ed3", { data_type: float64, shape: [0, 3], chunks: [[0], [3]] }],
    [
      "41161fb84ddcebf2c6b8644b3043070e",
      { data_type: float64, shape: [2, 3], chunks: [[2], [3]], dims: ["é", "x"] },
    ],
    [
      "3df61b39c2279b6e535177472e1a07de",
      {
        ...one("f", 8),
        data_type: {
          itemsize: 20,
          fields: [
            { name: "x", dtype: float64 },
            { name: "y", dtype: { kind: "i", itemsize: 4, endianness: "little" }, shape: [3] },
          ],
        },
      },
    ],
  ])("%s", async (id, structure) => {
    const { dataSource } = await readRecord(JSON.stringify(withSource({ structure })));
    expect(md5(dataSource?.structure)).toBe(id);
  });

  test("sparse arrays too", async () => {
    const structure = { data_type: float64, shape: [3, 3], chunks: [[3], [3]] };
    const source = {
      mimetype: "application/x-parquet;structure=sparse",
      structure_family: "sparse",
      structure,
    };
    const { dataSource } = await readRecord(JSON.stringify({ path: "/s", data_source: source }));
    expect(md5(dataSource?.structure)).toBe("a88717dc89a140a49a91a898fbc39f5c");
  });

  test("ragged arrays may vary behind the first dimension", async () => {
    const structure = { data_type: float64, shape: [3, null], chunks: [[3], null], size: 7 };
    const source = { mimetype: "x/ragged", structure_family: "ragged", structure };
    const { dataSource } = await readRecord(JSON.stringify({ path: "/s", data_source: source }));
    expect(JSON.parse(dataSource?.structure ?? "")).toEqual({ ...structure, dims: null, resizable: false });
  });

  test("tables get what Tiled adds, awkward arrays stay as they are", async () => {
    const table = { arrow_schema: "data:x", npartitions: 1, columns: ["a"] };
    const text = JSON.stringify({
      path: "/t",
      data_source: { mimetype: "x/y", structure_family: "table", structure: table },
    });
    expect((await readRecord(text)).dataSource?.structure).toBe(
      '{"arrow_schema":"data:x","columns":["a"],"npartitions":1,"resizable":false}',
    );
    const form = '{"length": 3, "form": {"class": "X", "p": 1.0}}';
    const awkward = `{"path":"/w","data_source":{"mimetype":"x/y","structure_family":"awkward","structure":${form}}}`;
    expect((await readRecord(awkward)).dataSource?.structure).toBe(form);
  });

  test("a remembered structure is not mixed up between families", async () => {
    const array = JSON.stringify(withStructure({}));
    const sparse = array.replaceAll('"structure_family":"array"', '"structure_family":"sparse"');
    expect((await readRecord(array)).dataSource?.structure).not.toContain("COO");
    expect((await readRecord(sparse)).dataSource?.structure).toContain("COO");
  });
});

describe("lines of a rejects file", () => {
  const reject = { source: "a.ndjson", position: "line 3", code: "bad_shape", message: "..." };

  test("are unwrapped", async () => {
    const inner = '{"path": "/a", "metadata": {"x": 1.0}}';
    const text = `${JSON.stringify(reject).slice(0, -1)}, "record" : ${inner} }`;
    expect(await readRecord(text)).toMatchObject({ path: ["a"], metadata: '{"x": 1.0}', text: inner });
  });

  test("are unwrapped from text as well, as lines that were no JSON are kept", async () => {
    expect(await readRecord(JSON.stringify({ ...reject, record: '{"path": "/a"}' }))).toMatchObject({
      path: ["a"],
    });
    expect(await readOne(JSON.stringify({ ...reject, record: '{"path": ' }))).toMatchObject({
      problem: { code: "invalid_json" },
      raw: '{"path": ',
      isJson: false,
    });
  });

  test("that are still wrong come back without the wrapping", async () => {
    const line = await readOne(JSON.stringify({ ...reject, record: { path: "/" } }));
    expect(line).toMatchObject({ problem: { code: "empty_path" }, raw: '{"path":"/"}', isJson: true });
  });

  test("name a file to read again", async () => {
    const file = { input: "vdp.yaml", file: "/d/a.h5" };
    expect(
      await readAll(streamOf(`${JSON.stringify({ ...reject, record: file })}\n${JSON.stringify(file)}`)),
    ).toEqual([
      { line: 1, file: { ...file, label: null } },
      { line: 2, file: { ...file, label: null } },
    ]);
  });
});

function md5(text: string | null | undefined): string {
  return createHash("md5")
    .update(text ?? "")
    .digest("hex");
}
