// Every code, and what leads to it.

import { describe, expect, test } from "vitest";
import { problemCodes } from "../../src/manifest/problem.ts";
import {
  dataSource,
  float64,
  readAll,
  readOne,
  record,
  streamOf,
  withAssets,
  withSource,
  withStructure,
} from "./nodeRecords.support.ts";

const asset = { data_uri: "/d/a.h5" };
const spec = { name: "xdi", version: null };

/** Code, a word of the message, the record or line. */
const cases: [string, string, object | string][] = [
  ["invalid_json", "JSON", '{"path": "/a"'],
  ["not_a_number", "NaN", '{"path": "/a", "metadata": {"x": NaN}}'],
  ["not_a_number", "-Infinity", '{"path": "/a", "metadata": {"x": [1, -Infinity]}}'],
  ["not_an_object", "a list", "[1]"],
  ["not_an_object", "null", "null"],
  ["not_an_object", "3", '{"source": "a", "code": "b", "message": "c", "record": 3}'],
  [
    "nothing_to_take",
    "no record",
    '{"source": "a", "position": "/", "code": "b", "message": "c", "record": null}',
  ],
  ["too_deep", "500", `{"path": "/a", "metadata": {"x": ${"[".repeat(500)}${"]".repeat(500)}}}`],
  ["number_out_of_range", "2^64-1", '{"path": "/a", "metadata": {"x": 18446744073709551616}}'],
  ["number_out_of_range", "-2^63", '{"path": "/a", "metadata": {"x": -9223372036854775809}}'],
  ["number_out_of_range", "1e400", '{"path": "/a", "metadata": {"x": 1e400}}'],
  ["number_out_of_range", "1E-400", '{"path": "/a", "metadata": {"x": [1E-400]}}'],
  ["number_out_of_range", "float", `{"path": "/a", "metadata": {"x": ${"9".repeat(400)}.5}}`],
  ["nul_character", "U+0000", '{"path": "/a", "metadata": {"x": "a\\u0000"}}'],
  ["nul_character", "U+0000", '{"path": "/a", "metadata": {"\\u0000": 1}}'],
  ["lone_surrogate", "surrogate", '{"path": "/a", "metadata": {"x": "\\ud83d"}}'],
  ["lone_surrogate", "surrogate", '{"path": "/a", "metadata": {"x": "\\uDE00\\uD83D"}}'],
  ["unknown_field", "did you mean metadata", { ...record, metadat: {} }],
  ["unknown_field", "data_source.assets[0].uri", withAssets({ ...asset, uri: "/b" })],
  ["unknown_field", "data_source.structure.shapes", withStructure({ shapes: [] })],
  ["unknown_field", "specs[0].url", { ...record, specs: [{ ...spec, url: "x" }] }],
  ["repeated_field", "dataSource", { ...record, dataSource }],
  ["repeated_field", "data_sources", { ...record, data_sources: [dataSource] }],
  ["missing_field", "path", { metadata: {} }],
  ["missing_field", "data_source.mimetype", withSource({ mimetype: undefined })],
  ["missing_field", "data_uri", withAssets({ is_directory: false })],
  ["missing_field", "parameters.dataset", withSource({ parameters: {} })],
  [
    "missing_field",
    "structure_family",
    { path: "/a", data_source: { ...dataSource, structure_family: null } },
  ],
  ["wrong_type", "path[1]", { ...record, path: ["a", 1] }],
  ["wrong_type", "path", { ...record, path: 7 }],
  ["wrong_type", "metadata", { ...record, metadata: [] }],
  ["wrong_type", "access_blob", { ...record, access_blob: "x" }],
  ["wrong_type", "specs", { ...record, specs: {} }],
  ["wrong_type", "data_source", { ...record, data_source: [dataSource] }],
  ["wrong_type", "data_source.parameters", withSource({ parameters: [] })],
  ["wrong_type", "data_source.properties", withSource({ properties: 1 })],
  ["wrong_type", "squeeze", withSource({ parameters: { dataset: "/a", squeeze: "yes" } })],
  ["wrong_type", "mimetype", withSource({ mimetype: 3 })],
  ["wrong_type", "is_directory", withAssets({ ...asset, is_directory: 0 })],
  ["wrong_type", "size", withAssets({ ...asset, size: -1 })],
  ["wrong_type", "size", withAssets({ ...asset, size: "9223372036854775808" })],
  ["wrong_type", "num", withAssets({ ...asset, num: 2147483648 })],
  ["wrong_type", "dims[0]", withStructure({ dims: [1, 2] })],
  ["wrong_type", "resizable", withStructure({ resizable: "no" })],
  ["text_too_long", "mimetype", withSource({ mimetype: "x".repeat(256) })],
  ["text_too_long", "specs[0].name", { ...record, specs: [{ name: "x".repeat(256) }] }],
  ["empty_path", "path", { ...record, path: "/" }],
  ["empty_path", "path", { ...record, path: [] }],
  ["empty_key", "key", { ...record, path: "/a//b" }],
  ["empty_key", "key", { ...record, path: "/a/" }],
  ["key_has_slash", "a/b", { ...record, path: ["a/b"] }],
  ["key_too_long", "key", { ...record, path: ["x".repeat(1024)] }],
  ["unknown_family", "did you mean array", { ...record, structure_family: "arry" }],
  ["family_mismatch", "container", { ...record, structure_family: "container" }],
  ["unknown_management", "external", withSource({ management: "mine" })],
  ["missing_data_source", "array", { path: "/a", structure_family: "array" }],
  ["relative_key", "..", { ...record, path: ["a", ".."] }],
  ["several_data_sources", "2", { ...record, data_source: null, data_sources: [dataSource, dataSource] }],
  ["too_many_specs", "21", { ...record, specs: Array.from({ length: 21 }, (_, i) => ({ name: `s${i}` })) }],
  ["duplicate_spec", "specs[1]", { ...record, specs: [spec, { name: "xdi" }] }],
  ["unknown_parameter", "did you mean dataset", withSource({ parameters: { dataset: "/a", datset: "/b" } })],
  ["slice_not_text", '"0"', withSource({ parameters: { dataset: "/a", slice: 0 } })],
  ["missing_structure", "structure", withSource({ structure: null })],
  ["bad_data_type", "data_type", withStructure({ data_type: undefined })],
  ["bad_data_type", "endianness", withStructure({ data_type: { ...float64, endianness: "<" } })],
  ["bad_data_type", "kind", withStructure({ data_type: { ...float64, kind: "O" } })],
  ["bad_data_type", "itemsize", withStructure({ data_type: { ...float64, itemsize: 1.5 } })],
  [
    "bad_data_type",
    "fields[0].dtype",
    withStructure({ data_type: { itemsize: 8, fields: [{ name: "x" }] } }),
  ],
  ["bad_shape", "shape[0]", withStructure({ shape: [-3, 4] })],
  ["bad_shape", "shape", withStructure({ shape: undefined })],
  ["bad_shape", "dims", withStructure({ dims: ["x"] })],
  ["bad_chunks", "one list per dimension", withStructure({ chunks: [[3, 4]] })],
  ["bad_chunks", "sum to 3", withStructure({ chunks: [[2], [4]] })],
  ["bad_chunks", "chunks[1]", withStructure({ chunks: [[3], 4] })],
  ["missing_asset", "assets", withAssets()],
  ["duplicate_asset", "twice", withAssets({ ...asset, num: 0 }, { data_uri: "file:///d/./a.h5", num: 1 })],
  [
    "mixed_asset_numbers",
    "data_uris",
    withAssets(
      { ...asset, parameter: "data_uris", num: null },
      { data_uri: "/b", parameter: "data_uris", num: 0 },
    ),
  ],
  [
    "mixed_asset_numbers",
    "data_uris",
    withAssets(
      { ...asset, parameter: "data_uris", num: 1 },
      { data_uri: "/b", parameter: "data_uris", num: 1 },
    ),
  ],
  ["relative_path", "absolute", withAssets({ data_uri: "a.h5" })],
  ["remote_file", "server", withAssets({ data_uri: "file://server/a.h5" })],
  ["unservable_path", "#", withAssets({ data_uri: "/d/a#.h5" })],
  ["uri_too_long", "2600", withAssets({ data_uri: `/${"x".repeat(2600)}` })],
];

describe("records that cannot go in", () => {
  test.each(cases)("%s: %s", async (code, word, content) => {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    const line = await readOne(text);
    expect(line).toMatchObject({ line: 1, problem: { code } });
    if (!("problem" in line)) return;
    expect(line.problem.message).toContain(word);
    expect(line.problem.message.length).toBeLessThan(400);
    const isJson = isValidJson(text);
    expect(line.isJson).toBe(isJson);
    // A rejected reject is given back without its wrapping.
    expect(line.raw).toBe(text.includes('"record": 3') ? "3" : text);
  });

  test("a line that is too long, and the next one is taken", async () => {
    const [first, second] = await readAll(streamOf(`{"path": "/${"x".repeat(300)}"}\n{"path": "/b"}`), {
      maxLineBytes: 200,
    });
    expect(first).toMatchObject({ line: 1, problem: { code: "line_too_long" }, isJson: false });
    expect(second).toMatchObject({ line: 2, record: { path: ["b"] } });
  });

  test("bytes that are no UTF-8, and the next line is taken", async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"path": "/'),
      Buffer.from([0xff]),
      Buffer.from('"}\n{"path": "/b"}'),
    ]);
    const [first, second] = await readAll(streamOf(bytes));
    expect(first).toMatchObject({
      problem: { code: "invalid_utf8" },
      raw: '{"path": "/\ufffd"}',
      isJson: false,
    });
    expect(second).toMatchObject({ record: { path: ["b"] } });
  });

  test("every code is tried here", () => {
    const elsewhere = ["line_too_long", "invalid_utf8"];
    const tried = new Set([...cases.map(([code]) => code), ...elsewhere]);
    expect(problemCodes.filter((code) => !tried.has(code))).toEqual([]);
  });
});

function isValidJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
