// MessagePack: the same documents, and arrays of numpy in them.

import { encode } from "@msgpack/msgpack";
import { describe, expect, it } from "vitest";
import { openFolder, type RefusedPart } from "../../../src/simulation/formats/index.ts";
import type { SimulationUpdate } from "../../../src/simulation/types.ts";
import { useFolder } from "../../support/files.ts";
import { plainInitial, updatesOf } from "./support.ts";

const folder = useFolder();

const numpy = (dtype: string, shape: number[], data: ArrayBufferView): object => ({
  __np_encode_version__: 1,
  dtype,
  shape,
  data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
});

const open = (name: string, document: unknown, onRefused?: (part: RefusedPart) => void) => {
  const bytes = document instanceof Uint8Array ? document : encode(document, { useBigInt64: true });
  folder.text(`${name}/t3_0_a.msgpack`, bytes);
  return openFolder(folder.path(name), onRefused === undefined ? {} : { onRefused });
};

describe("updates", () => {
  it("are the same as in JSON", async () => {
    const g = { id: [1, 2], x: [1.5, null], s: ["a", "ä"], r: [[1], [2, 3]], long: [2n ** 60n, -1n] };
    expect(await updatesOf(await open("plain", { a: { g } }), "a")).toEqual([
      {
        dataset: "a",
        timestamp: 3,
        iteration: 0,
        origin: null,
        data: { g: { ...g, long: [2n ** 60n, -1] } },
      },
    ]);
  });

  it("may be called .mpk, and stand among JSON files", async () => {
    await open("mixed", { data: { g: { id: [1] } } });
    folder.text("mixed/t4_0_a.mpk", encode({ data: { g: { id: [2] } } }));
    folder.text("mixed/t5_0_a.json", '{"data":{"g":{"id":[3]}}}');
    const source = await openFolder(folder.path("mixed"));
    expect((await updatesOf(source, "a")).map(({ data }) => data.g?.id)).toEqual([[1], [2], [3]]);
  });

  it("have arrays of numpy as they are, ragged ones with their row pointers", async () => {
    const g = {
      id: { data: numpy("<i4", [2], Int32Array.of(1, 2)) },
      bare: numpy(">f8", [2], Uint8Array.of(0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0)),
      pairs: { data: numpy("<f4", [2, 2], Float32Array.of(1, 2, 3, 4)) },
      ragged: {
        data: numpy("|i1", [3], Int8Array.of(1, 0, -128)),
        indptr: numpy("<u4", [3], Uint32Array.of(0, 2, 3)),
      },
      text: { data: numpy("<U2", [2], Uint32Array.of(97, 0, 98, 99)) },
    };
    const source = await open("numpy", { a: { g } });
    const read: SimulationUpdate[] = [];
    for await (const update of source.readUpdates({ dataset: "a" })) read.push(update);
    expect(Object.fromEntries(read[0]?.data.get("g") ?? [])).toEqual({
      id: { dtype: "<i4", shape: [2], data: Int32Array.of(1, 2) },
      bare: { dtype: "<f8", shape: [2], data: Float64Array.of(1, 2) },
      pairs: { dtype: "<f4", shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
      ragged: { dtype: "|i1", shape: [3], data: Int8Array.of(1, 0, -128), rowPtr: Uint32Array.of(0, 2, 3) },
      text: { dtype: "<U2", shape: [2], data: ["a", "bc"] },
    });
  });

  it.each([
    ["cut off", encode({ a: { g: { id: [1, 2] } } }).subarray(0, 8), "", /not valid MessagePack/],
    ["trailing bytes", Uint8Array.of(0x80, 0x80), "", /not valid MessagePack/],
    [
      "objects of Python",
      { a: { g: { id: numpy("|O", [1], new Uint8Array(8)) } } },
      "/a/g/id",
      /addresses of its memory/,
    ],
    [
      "too few bytes",
      { a: { g: { id: numpy("<i4", [2], new Uint8Array(7)) } } },
      "/a/g/id",
      /has 8 bytes, not 7/,
    ],
    [
      "no shape",
      { a: { g: { id: { __np_encode_version__: 1, dtype: "<i4", data: new Uint8Array(0) } } } },
      "/a/g/id",
      /must have a dtype/,
    ],
    ["bytes as values", { a: { g: { id: new Uint8Array(3) } } }, "/a/g/id", /found bytes/],
    [
      "row pointers of another array",
      { a: { g: { r: { data: [1, 2], row_ptr: [0, 1] } } } },
      "/a/g/r/row_ptr",
      /must begin with 0, never fall and end with 2/,
    ],
  ])("%s: refused with its position", async (name, document, position, message) => {
    const refused: RefusedPart[] = [];
    const source = await open(`refused/${name}`, document, (part) => refused.push(part));
    expect(await updatesOf(source, "a")).toEqual([]);
    expect(refused).toEqual([expect.objectContaining({ position, message: expect.stringMatching(message) })]);
  });
});

describe("initial datasets", () => {
  it("are arrays; else JSON; else bytes", async () => {
    const files = {
      entities: { name: "x", data: { g: { id: [1], x: [null] } } },
      free: { any: [{ thing: 1 }] },
      bytes: { blob: Uint8Array.of(1, 2) },
    };
    folder.folder("initial/updates");
    for (const [name, document] of Object.entries(files)) {
      folder.text(`initial/init_data/${name}.msgpack`, encode(document));
    }
    const source = await openFolder(folder.path("initial"));
    expect(plainInitial(await source.readInitial("entities"))).toMatchObject({
      format: "entity_based",
      metadata: { name: "x" },
      data: { g: { id: [1], x: [null] } },
    });
    expect(plainInitial(await source.readInitial("free"))).toMatchObject({
      format: "unstructured",
      document: '{"any":[{"thing":1}]}',
    });
    const bytes = await source.readInitial("bytes");
    expect(bytes).toMatchObject({ format: "binary", document: Buffer.from(encode(files.bytes)) });
  });
});
