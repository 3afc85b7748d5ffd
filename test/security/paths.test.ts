// Which paths input can lead to: docs and SECURITY.md say it, and this holds them to it.

import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { callCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";

const db = useDatabase();
const files = useFolder();

beforeAll(async () => {
  await files.hdf5("secret/outside.h5", { children: { v: { data: 42 } } });
  await files.hdf5("root/inside.h5", { children: { v: { data: 1 } } });
});

async function ingest(
  path: string,
): Promise<{ code: number | null; report: Record<string, never>; rejects: string }> {
  const { code, stdout } = await callCli(["ingest", path, "--json", "--dsn", db.dsn]);
  const report = JSON.parse(stdout) as Record<string, never>;
  const rejects = report.rejectsFile ? readFileSync(String(report.rejectsFile), "utf8") : "";
  return { code, report, rejects };
}

describe("a table of artifacts", () => {
  test.each([
    "../secret/outside.h5",
    "./../secret/outside.h5",
    "a/../../secret/outside.h5",
    "ABSOLUTE",
    "..",
    ".",
    "../root2/../secret/outside.h5",
  ])("does not lead out of its folder by %s", async (name) => {
    const file = name === "ABSOLUTE" ? files.path("secret/outside.h5") : name;
    const path = files.text("t.yaml", "key: T\nbase_dir: root\n");
    files.text("manifests/t_entities.csv", "uid,key,p\ne0,E_0,1\n");
    files.text(
      "manifests/t_artifacts.csv",
      `uid,type,file,dataset\ne0,bad,${JSON.stringify(file)},/v\ne0,good,inside.h5,/v\n`,
    );
    const { code, rejects } = await ingest(path);
    expect(code).toBe(3);
    expect(rejects).toContain('"code":"outside_directory"');
    expect(await db.value("select count(*)::int from assets where data_uri like '%outside%'")).toBe(0);
  });
});

describe("a folder", () => {
  test("follows links of folders and files, and no link in circles", async () => {
    files.folder("linked");
    symlinkSync(files.path("secret"), files.path("linked/folder"));
    symlinkSync(files.path("linked"), files.path("linked/circle"));
    const { code, report } = await ingest(files.path("linked"));
    expect(code).toBe(0);
    expect(report).toMatchObject({ assets: { inserted: 1 } });
  });

  test("of a library scan follows none", async () => {
    files.folder("music");
    files.text("secret/song.mp3", "not a song");
    symlinkSync(files.path("secret"), files.path("music/folder"));
    symlinkSync(files.path("secret/song.mp3"), files.path("music/song.mp3"));
    const { stdout } = await callCli([
      "library",
      "scan",
      files.path("music"),
      "--json",
      "--allow-empty",
      "--dsn",
      db.dsn,
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ inserted: 0 });
  });
});

describe("names from data", () => {
  test.each(["../escaped", "/escaped", "a/../../escaped", "..", "a\\..\\b"])(
    "make no file outside of an export: dataset %j",
    async (dataset) => {
      const document = { [dataset]: { group: { id: { data: [1] } } } };
      files.text("sim/updates/t0_0_d.json", JSON.stringify(document));
      const scenario = `s${dataset.length}${dataset.codePointAt(0)}`;
      await callCli(["simulation", "load", files.path("sim"), "--scenario", scenario, "--dsn", db.dsn]);
      const out = files.path("exports/out");
      files.folder("exports");
      await callCli(["simulation", "export", scenario, "--format", "json", "--out", out, "--dsn", db.dsn]);
      for (const name of ["exports/escaped", "escaped", "exports/escaped.json", "escaped.json"]) {
        expect(existsSync(files.path(name))).toBe(false);
      }
      expect(existsSync("/escaped")).toBe(false);
    },
  );
});

describe("what a node names", () => {
  test("is read by whoever reads it, and only as HDF5", async () => {
    const record = (key: string, uri: string) =>
      JSON.stringify({
        path: [key],
        structure_family: "array",
        metadata: {},
        specs: [],
        access_blob: {},
        data_source: {
          mimetype: "application/x-hdf5",
          structure_family: "array",
          structure: {
            data_type: { endianness: "little", kind: "f", itemsize: 8, dt_units: null },
            chunks: [[1]],
            shape: [1],
            dims: null,
            resizable: false,
          },
          parameters: { dataset: "/v" },
          properties: {},
          management: "external",
          assets: [{ data_uri: uri, is_directory: false, size: 7, parameter: "data_uri", num: null }],
        },
      });
    const passwd = "file://localhost/etc/passwd";
    const lines = [
      record("own", `file://localhost${files.path("secret/outside.h5")}`),
      record("passwd", passwd),
    ];
    await callCli(["ingest", files.text("nodes.ndjson", `${lines.join("\n")}\n`), "--json", "--dsn", db.dsn]);
    expect((await callCli(["read", "own", "--dsn", db.dsn])).stdout).toContain("42");
    const { code, stdout, stderr } = await callCli(["read", "passwd", "--dsn", db.dsn]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/is not an HDF5 file/);
    expect(`${stdout}${stderr}`).not.toMatch(/root:/);
  });
});
