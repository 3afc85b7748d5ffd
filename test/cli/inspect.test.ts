// `copycat inspect` as its users see it: files without a description become a catalog without an edit.

import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { WriteGroup } from "../../src/hdf5/index.ts";
import { type FoundNode, nodesBelow } from "../ingest/support.ts";
import { callCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";

const database = useDatabase();
const folder = useFolder();

const dsn = (): string[] => ["--dsn", database.dsn, "--quiet"];

async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await callCli(args);
  expect(code, stderr).toBe(0);
  return stdout;
}

/** The nodes of a dataset, as if every artifact were called after its data set in the file. */
async function comparable(root: string): Promise<unknown[]> {
  const nodes = [...(await nodesBelow(database, `/${root}`)).values()];
  return nodes.map((node) => ({ ...plain(node, root), metadata: withoutTypes(node) })).sort(byText);
}

function plain(
  { path, family, mimetype, parameters, structure, uri, size }: FoundNode,
  root: string,
): object {
  const below = path.slice(root.length + 1);
  const place = family === "array" ? below.replace(/[^/]*$/, "") : below;
  return { place, family, mimetype, parameters, structure, uri, size };
}

function withoutTypes({ path, metadata }: FoundNode): object {
  if (path.lastIndexOf("/") === 0) {
    return Object.entries(metadata).flatMap(([name, value]) =>
      name.startsWith("shared_dataset_") ? [value] : [],
    );
  }
  const { type, ...rest } = metadata;
  const entries = Object.entries(rest).map(([name, value]) => {
    const [, kind, artifact] = /^(path|dataset|index)_(.*)$/.exec(name) ?? [];
    return [artifact === undefined ? name : `${kind} of ${metadata[`dataset_${artifact}`]}`, value];
  });
  return Object.fromEntries(entries.sort(byText));
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

describe("the draft, not edited", () => {
  it.each([
    ["vdp", "VDP"],
    ["edrixs", "EDRIXS"],
  ])("of the example %s gives the catalog of its description", async (name, label) => {
    const draft = folder.path(`${name}.yaml`);
    await run("ingest", `examples/${name}.yaml`, ...dsn());
    await run(
      "inspect",
      `examples/${name}`,
      "--out",
      draft,
      "--label",
      label,
      "--key",
      `DRAFT_${label}`,
      "--quiet",
    );
    await run("ingest", draft, ...dsn());
    const nodes = await comparable(`DRAFT_${label}`);
    expect(nodes.length).toBeGreaterThan(10);
    expect(nodes).toEqual(await comparable(label));
    await run("verify", "--files", ...dsn());
  });

  it("of files with many entities each takes all of them", async () => {
    const sample = (value: number): WriteGroup => ({
      children: {
        params: { children: { T_K: { data: value } } },
        data: { children: { counts: { data: Int32Array.of(1, 2, 3) } } },
        chi2: { data: value / 2 },
      },
    });
    await folder.hdf5("samples/day1.h5", { children: { s1: sample(1), s2: sample(2), s3: sample(3) } });
    await folder.hdf5("samples/day2.h5", { children: { s4: sample(4), s5: sample(5), s6: sample(6) } });
    const draft = folder.path("samples.yaml");
    await run("inspect", folder.path("samples"), "--out", draft, "--quiet");
    await run("ingest", draft, ...dsn());
    const nodes = await nodesBelow(database, "/SAMPLES");
    expect(nodes.size).toBe(1 + 6 * 2);
    expect(nodes.get("/SAMPLES/day2_s5")?.metadata).toMatchObject({ T_K: 5, chi2: 2.5, source: "samples" });
    expect(nodes.get("/SAMPLES/day2_s5/counts")?.parameters).toEqual({ dataset: "/s5/data/counts" });
  });

  it("of files that are not alike takes what each has, and tells what cannot be read", async () => {
    await folder.hdf5("mixed/a.h5", {
      children: { title: { data: "dark" }, dark: { data: Float64Array.of(1, 2) } },
    });
    await folder.hdf5("mixed/b.nxs", {
      children: { title: { data: "white" }, white: { data: Float64Array.of(3, 4) } },
    });
    await folder.hdf5("mixed/c.nxs", {
      children: { entry: { children: { "odd name": { data: Int32Array.of(3, 4) } } } },
    });
    folder.text("mixed/broken.hdf", "no HDF5 at all");
    const draft = await run("inspect", folder.path("mixed"), "--quiet");
    expect(draft).toContain('file_pattern: "*.{h5,nxs}"\n');
    expect(draft).toContain(
      "  - { type: dark, dataset: /dark, optional: true } # 2, float64, unsure: in 1 of 3 files only\n",
    );
    expect(draft).toContain('\n  # title: text, "dark", "white", unsure: in 2 of 3 files only\n');
    expect(draft).toContain("# Cannot be read:\n#   broken.hdf is not an HDF5 file (no signature found)\n");
    await run("ingest", folder.text("mixed.yaml", draft), ...dsn());
    const nodes = await nodesBelow(database, "/MIXED");
    expect([...nodes.keys()]).toEqual([
      "/MIXED",
      "/MIXED/a",
      "/MIXED/a/dark",
      "/MIXED/b",
      "/MIXED/b/white",
      "/MIXED/c",
      "/MIXED/c/odd name",
    ]);
    expect(nodes.get("/MIXED/b")?.metadata).toMatchObject({ title: "white" });
  });
});

// Two of the eleven are unreadable, and no two of the others are alike.
const realFiles = new URL("../../../shared/data/hdf5/", import.meta.url);
if (existsSync(realFiles)) {
  it("takes NeXus files of several facilities without a reject", async () => {
    const draft = folder.path("nexus.yaml");
    await run("inspect", realFiles.pathname, "--out", draft, "--key", "NEXUS", "--quiet");
    expect(readFileSync(draft, "utf8")).toContain("#   recon_0125.hdf is empty (0 bytes)\n");
    await run("ingest", draft, ...dsn());
    const nodes = await nodesBelow(database, "/NEXUS");
    expect([...nodes.keys()].filter((path) => path.split("/").length === 3)).toHaveLength(9);
    expect(nodes.get("/NEXUS/writer_1_3")?.metadata).toHaveProperty("dataset_two_theta");
    await run("verify", "--files", ...dsn());
  });
}

describe("what is printed", () => {
  it("is a YAML with what was seen as comments", async () => {
    const draft = await run("inspect", "examples/vdp", "--quiet");
    expect(draft).toMatch(/^# Draft by copycat inspect: 10 of 10 files looked at\.\n/);
    expect(draft).toContain(`\nlabel: vdp\nkey: VDP # the container in the catalog\n`);
    expect(draft).toContain(`  directory: ${process.cwd()}/examples/vdp\n  file_pattern: "*.h5"\n`);
    expect(draft).toContain("  location: root_scalars\n");
    expect(draft).toMatch(/\n {2}# Ja_meV: float64, -0\.\d+ \.\. 0\.\d+\n/);
    expect(draft).toContain("\n  # spin_s: float64, 2.5\n");
    expect(draft).toContain("\n  - { type: powder_7T, dataset: /mh/powder_7T } # 200, float64\n");
    expect(draft).not.toContain("unsure:");
  });

  it("tells which axes are the same in all files", async () => {
    for (const [name, T_K] of [
      ["a", 4],
      ["b", 300],
    ] as const) {
      const map = { data: Float64Array.of(T_K, 1) };
      const q = { data: Float64Array.of(1, 2, 3) };
      await folder.hdf5(`axes/${name}.h5`, { children: { T_K: { data: T_K }, map, q } });
    }
    const draft = await run("inspect", folder.path("axes"), "--quiet");
    expect(draft).toContain("  # T_K: float64, 4 .. 300\n");
    expect(draft).toContain("  - { type: q, dataset: /q } # 3, float64, the same in all 2 files looked at\n");
    expect(draft).toMatch(/^ {2}- \{ type: map, dataset: \/map \} # 2, float64$/m);
  });

  it("is with --json one document of the findings", async () => {
    const found = JSON.parse(await run("inspect", "examples/edrixs/edrixs.h5", "--json", "--quiet"));
    expect(found).toMatchObject({
      file: null,
      layout: "batched",
      label: "edrixs",
      filePattern: "edrixs.h5",
      files: { total: 1, sampled: 1, described: 1, unreadable: [], others: [] },
      artifacts: [{ type: "spectra", path: "/spectra", dataTypes: ["float64"] }],
    });
  });

  it("is with --out a file, whose directory is relative, and what to type next", async () => {
    await folder.hdf5("moved/a.h5", { children: { map: { data: Float64Array.of(1, 2) } } });
    const out = folder.path("moved.yaml");
    const printed = await run("inspect", folder.path("moved"), "--out", out, "--quiet");
    expect(printed).toContain(
      `Next:\n  # read it and mend it, then see what it would do\n  npx copycat ingest ${out} --dry-run\n`,
    );
    expect(readFileSync(out, "utf8")).toContain("  directory: moved\n");
  });

  it("says so where only the beginning of a long column was looked at", async () => {
    const rows = 10_001;
    const column = (value: number) => ({ data: new Float64Array(rows).fill(value, 0, rows - 1) });
    await folder.hdf5("long/a.h5", {
      children: {
        map: { data: new Float64Array(2 * rows), shape: [rows, 2] },
        T_K: column(4),
        B_T: column(7),
      },
    });
    const draft = await run("inspect", folder.path("long"), "--quiet");
    expect(draft).toContain("looked at, 10001 entities in them.\n");
    expect(draft).toContain("  layout: batched #");
    expect(draft).toContain("\n  # T_K: float64, 4 in the first 10,000 rows\n");
  });

  it("names the files that are of another kind than most, and leaves them out of the pattern", async () => {
    const scan = { children: { T_K: { data: 4 }, map: { data: Float64Array.of(1, 2) } } };
    await folder.hdf5("kinds/scan_1.h5", scan);
    await folder.hdf5("kinds/scan_2.h5", scan);
    await folder.hdf5("kinds/calibration.h5", { children: { white: { data: Float64Array.of(1, 2) } } });
    const out = folder.path("kinds.yaml");
    expect(await run("inspect", folder.path("kinds"), "--out", out, "--quiet")).toContain(
      "  1 file of another kind left out\n",
    );
    const draft = readFileSync(out, "utf8");
    expect(draft).toContain('  file_pattern: "scan_*.h5"\n');
    expect(draft).toMatch(/\n# Look different and are not described here .*:\n# {3}calibration\.h5\n$/);
  });

  it("tells how far it is on stderr", async () => {
    const { stderr } = await callCli(["inspect", "examples/vdp", "--sample", "3"]);
    expect(stderr).toMatch(/^inspected 1\/3 files\n/);
  });
});

describe("it refuses", () => {
  it.each([
    ["a path that is not there", () => ["nowhere"], 1, "Cannot read nowhere: it does not exist."],
    ["a folder without HDF5", () => [folder.folder("none")], 1, "holds no HDF5 file with data sets in it"],
    [
      "a file that is none",
      () => [folder.text("x.h5", "x")],
      1,
      "x.h5 is not an HDF5 file (no signature found)",
    ],
    [
      "to overwrite",
      () => ["examples/vdp", "--out", folder.text("old.yaml", "x")],
      2,
      "old.yaml is there already",
    ],
    [
      "an ending that ingest does not know",
      () => ["examples/vdp", "--out", "x.txt"],
      2,
      "with the ending .yaml",
    ],
    ["a key that is none", () => ["examples/vdp", "--key", "a/b"], 2, "Give another one with --key."],
    ["a sample of none", () => ["examples/vdp", "--sample", "0"], 2, "expected a whole number of at least 1"],
  ])("%s", async (_name, args, code, message) => {
    const result = await callCli(["inspect", ...args()]);
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code, stdout: "" });
    expect(result.stderr).toContain(message);
  });
});
