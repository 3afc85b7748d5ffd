import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { keyFromLabel, readDatasetFile } from "../../src/manifest/index.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "manifest-"));
  mkdirSync(join(folder, "vdp"));
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(text: string): string {
  const file = join(folder, "vdp.yaml");
  writeFileSync(file, text);
  return file;
}

const rest = "\ndata: {directory: vdp, layout: per_entity}\nartifacts: [{type: a, dataset: /a}]\n";

async function readMetadata(yaml: string): Promise<Record<string, string>> {
  return Object.fromEntries((await readDatasetFile(write(`label: L\nmetadata:\n${yaml}${rest}`))).metadata);
}

describe("readDatasetFile", () => {
  test("fills in defaults and resolves paths", async () => {
    const file = write(`label: Broad Sigma (v2)${rest}`);
    expect(await readDatasetFile(file)).toEqual({
      file,
      label: "Broad Sigma (v2)",
      key: "BROAD_SIGMA_V2",
      metadata: [],
      data: {
        directory: join(folder, "vdp"),
        filePattern: "**/*.h5",
        layout: "per_entity",
        serverBaseDir: null,
        entityGroup: "/",
      },
      parameters: { location: "root_scalars", group: null },
      tables: null,
      artifacts: [{ type: "a", dataset: "/a" }],
      shared: [],
      extraMetadata: [],
      provenance: [],
    });
  });

  test("takes everything that can be said", async () => {
    const file = write(`
label: VDP
key: vdp-2026
metadata: {method: [INS]}
data:
  directory: ./vdp/../vdp/
  file_pattern: "*.hdf5"
  layout: grouped
  server_base_dir: /data/./vdp/
  entity_group: entries
parameters: {location: group, group: params/}
artifacts: [{type: mh_powder_30T, dataset: mh//powder_30T}]
shared: [{type: eloss, dataset: /eloss}]
extra_metadata: [{dataset: /log_probs}]
provenance: {created_at: 2026-02-13, code_version: v1}
`);
    expect(await readDatasetFile(file)).toMatchObject({
      key: "vdp-2026",
      metadata: [["method", '["INS"]']],
      data: {
        directory: join(folder, "vdp"),
        filePattern: "*.hdf5",
        serverBaseDir: "/data/vdp",
        entityGroup: "/entries",
      },
      parameters: { location: "group", group: "/params" },
      artifacts: [{ type: "mh_powder_30T", dataset: "/mh/powder_30T" }],
      shared: [{ type: "eloss", dataset: "/eloss" }],
      extraMetadata: [{ dataset: "/log_probs" }],
      provenance: [
        ["created_at", '"2026-02-13"'],
        ["code_version", '"v1"'],
      ],
    });
  });

  test("takes the commentary and empty sections of the predecessor's files", async () => {
    const file = write(`
label: Old
key_prefix: OLD
generator: gen_old
unclassified: [{name: H, dataset: /H}]
data: {directory: vdp, layout: grouped, batch_size: 2000, server_base_dir: ""}
parameters: {entity_group: samples}
artifacts: [{type: a, dataset: /a}]
shared:
provenance:
  # created_at: ""
`);
    expect(await readDatasetFile(file)).toMatchObject({
      key: "OLD",
      data: { serverBaseDir: null, entityGroup: "/samples" },
      parameters: { location: "group_scalars", group: null },
      shared: [],
      provenance: [],
    });
  });

  test("reads a file with BOM and CRLF", async () => {
    const { label } = await readDatasetFile(write(`\uFEFFlabel: L${rest}`.replaceAll("\n", "\r\n")));
    expect(label).toBe("L");
  });

  test.each([
    ["1.0", "1.0"],
    ["1e20", "100000000000000000000.0"],
    ["-0.5", "-0.5"],
    ["9007199254740993", "9007199254740993"],
    ["18446744073709551615", "18446744073709551615"],
    ["0x1F", "31"],
    ["007", "7"],
    ["2026-02-13", '"2026-02-13"'],
    ["2026-02-13T10:00:00Z", '"2026-02-13T10:00:00Z"'],
    ["yes", '"yes"'],
    ["true", "true"],
    ["~", "null"],
    ['"1.0"', '"1.0"'],
    ["[1, 1.0, {a: null}]", '[1,1.0,{"a":null}]'],
  ])("metadata %s is exactly %s", async (yaml, json) => {
    expect(await readMetadata(`  x: ${yaml}`)).toEqual({ x: json });
  });

  test("YAML 1.1 is read as 1.2", async () => {
    const { metadata } = await readDatasetFile(
      write(`%YAML 1.1\n---\nlabel: L\nmetadata: {day: 2026-02-13, no: no}${rest}`),
    );
    expect(metadata).toEqual([
      ["day", '"2026-02-13"'],
      ["no", '"no"'],
    ]);
  });

  test("copies anchors, and merges with the mapping's own keys first", async () => {
    const yaml =
      "  base: &b {x: 1, y: 2.0}\n  more: &m {y: 3, z: 4}\n  own: {y: 5, <<: [*b, *m]}\n  same: *b";
    const { own = "", same } = await readMetadata(yaml);
    expect(JSON.parse(own)).toEqual({ x: 1, y: 5, z: 4 });
    expect(same).toBe('{"x":1,"y":2.0}');
  });

  test("__proto__ is a key like any other", async () => {
    expect(await readMetadata("  x: {__proto__: {a: 1}}")).toEqual({ x: '{"__proto__":{"a":1}}' });
  });

  test("the position of a mistake below an alias is where it is written", async () => {
    const file = write(
      "label: L\nx: &a [{type: a/b, dataset: /a}]\ndata: {directory: vdp, layout: per_entity}\nartifacts: *a\n",
    );
    await expect(readDatasetFile(file)).rejects.toMatchObject({
      details: [
        expect.stringMatching(/^vdp\.yaml:2:1: x: /),
        expect.stringMatching(/^vdp\.yaml:2:15: artifacts\[0\]\.type: /),
      ],
    });
  });

  test.each([
    ["a missing file", "gone.yaml", /there is no such file/],
    ["a folder", "vdp", /it is a folder/],
  ])("%s is no description", async (_, name, message) => {
    await expect(readDatasetFile(join(folder, name))).rejects.toMatchObject({
      code: "UNREADABLE_SOURCE",
      message: expect.stringMatching(message),
    });
  });
});

describe("keyFromLabel", () => {
  test.each([
    ["Broad Sigma", "BROAD_SIGMA"],
    ["  SUNNY - NiPS3 (10K) ", "SUNNY_NIPS3_10K"],
    ["grün", "GR_N"],
    ["???", ""],
  ])("%s gives %s", (label, key) => {
    expect(keyFromLabel(label)).toBe(key);
  });
});
