// `copycat ingest` as its users see it: exit codes, stdout, stderr.

import { readdirSync } from "node:fs";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { writeExample } from "../../src/ingest/index.ts";
import { callCli, runCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { readNdjson, useFolder } from "../support/files.ts";

const database = useDatabase();
const folder = useFolder();
let yaml: string;

beforeAll(async () => {
  const options = { entities: 3, layout: "per_entity", small: true } as const;
  ({ yaml } = await writeExample(folder.path("example"), options));
});

const dsn = (): string[] => ["--dsn", database.dsn];

const badYaml = (): string =>
  folder.text(
    "bad.yaml",
    "label: X\nlable: X\ndata: { directory: ., layout: per_entety }\nartifacts: [{ type: m, dataset: /m }]\n",
  );

/** Keys of an object and of the objects in it, as paths. */
function keyPaths(value: unknown, above = ""): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [above];
  return Object.entries(value).flatMap(([key, inner]) =>
    keyPaths(inner, above === "" ? key : `${above}.${key}`),
  );
}

describe("as a process", () => {
  it("prints the JSON of the contract on stdout and progress on stderr, and ends with 0 when all is in", async () => {
    const { code, stdout, stderr } = await runCli(["ingest", yaml, ...dsn(), "--json"], { cwd: folder.root });
    expect(stderr).toMatch(/^read 0(\/3)? files, 0 nodes, 0 nodes\/s, 0 rejects\n/);
    expect(stderr).toMatch(/\nmerge: 37 nodes, 0 rejects, .*\nclosure: 37 nodes.*\nanalyze: 37 nodes.*\n$/);
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as Record<string, unknown>;
    expect(keyPaths(report)).toEqual(
      expect.arrayContaining([
        "run",
        "status",
        "dataset",
        "source",
        "mode",
        "nodes.read",
        "nodes.inserted",
        "nodes.updated",
        "nodes.unchanged",
        "nodes.skipped",
        "nodes.rejected",
        "dataSources.inserted",
        "structures.inserted",
        "assets.inserted",
        "closure.strategy",
        "closure.rows",
        "closure.elapsedMs",
        "phases",
        "elapsedMs",
        "nodesPerSecond",
        "peakRssBytes",
        "rejectsFile",
      ]),
    );
    expect(report).toMatchObject({ status: "completed", dataset: "VDP", nodes: { inserted: 37 } });
  });

  it("ends with 3 after rejects, names their file and what to do, and still has the rest in", async () => {
    await folder.hdf5("some/a.h5", { children: { x: { data: 1 } } });
    folder.text("some/b.h5", "text");
    const { code, stdout } = await runCli(["ingest", "some", ...dsn(), "--rejects", "r.ndjson"], {
      cwd: folder.root,
    });
    expect(code).toBe(3);
    expect(stdout).toContain("some: 3 nodes in (");
    expect(stdout).toContain(
      `  1 reject in ${folder.path("r.ndjson")}\n  Mend them and run \`copycat ingest\` on that file.`,
    );
    expect(await readNdjson(folder.path("r.ndjson"))).toHaveLength(1);
  });

  it("ends with 1 for a bad description, with every mistake on a line of its own", async () => {
    const { code, stdout, stderr } = await runCli(["ingest", badYaml(), ...dsn()], { cwd: folder.root });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr.split("\n")).toEqual([
      `copycat: ${folder.path("bad.yaml")} has 2 mistakes. Mend the file and try again.`,
      expect.stringMatching(/^ {2}bad\.yaml:2:1: lable: expected one of .*\(did you mean label\?\)$/),
      expect.stringMatching(
        /^ {2}bad\.yaml:3:31: data\.layout: expected one of .*\(did you mean per_entity\?\)$/,
      ),
      "",
    ]);
  });

  it("ends with 2 for an unknown command", async () => {
    const { code, stdout, stderr } = await runCli(["ingets", yaml], { cwd: folder.root });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("error: unknown command 'ingets'\n(Did you mean ingest?)");
  });

  it("takes records from standard input", async () => {
    const { code, stdout } = await runCli(["ingest", "-", ...dsn(), "--quiet"], {
      cwd: folder.root,
      stdin: '{"path":"/PIPED"}\n{"path":"/PIPED/a","metadata":{"T":1.0}}\n',
    });
    expect(code).toBe(0);
    expect(stdout).toContain("PIPED: 2 nodes in (");
    expect(await database.value("select metadata::text from nodes where key = 'a'")).toBe('{"T": 1.0}');
  });
});

describe("on failure with --json", () => {
  it.each([
    ["a description with mistakes", () => ["ingest", badYaml(), ...dsn()], 1, "INVALID_INPUT", 2],
    ["an input that is not there", () => ["ingest", "nowhere.yaml", ...dsn()], 1, "UNREADABLE_SOURCE", 0],
    [
      "a server that is not there",
      () => ["ingest", yaml, "--dsn", "postgres://127.0.0.1:1/x"],
      1,
      "CONNECTION",
      0,
    ],
    ["an unknown option", () => ["ingest", yaml, "--nope"], 2, "USAGE", 0],
    ["a node that is not there", () => ["show", "nothing/here", ...dsn()], 1, "NOT_FOUND", 0],
    ["a filter that cannot be read", () => ["search", "--where", "T ~ 1", ...dsn()], 2, "USAGE", 0],
  ])("stdout is one document for %s", async (_name, args, code, errorCode, details) => {
    const result = await callCli([...args(), "--json"]);
    expect(result.code).toBe(code);
    const document = JSON.parse(result.stdout) as { error: { details: unknown[]; message: string } };
    expect(document).toMatchObject({ status: "failed", error: { code: errorCode } });
    expect(document.error.details).toHaveLength(details);
    expect(result.stderr).toContain(document.error.message);
  });
});

describe("wrong usage", () => {
  it.each([
    [["ingest"], "missing required argument 'input'"],
    [["ingest", "x", "--mode", "fast"], "Allowed choices are auto, online, offline."],
    [["ingest", "x", "--limit", "0"], "expected a whole number of at least 1"],
    [["ingest", "x", "--max-rejects", "1.5"], "expected a whole number of at least 0"],
    [["ingest", "x", "--dry-ran"], "(Did you mean --dry-run?)"],
    [["db", "sttus"], "(Did you mean status?)"],
  ])("of %j ends with 2 and points to --help", async (args, message) => {
    const { code, stdout, stderr } = await callCli(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).toContain("--help");
  });

  it("ends with 2 for a file that is no input", async () => {
    const file = folder.text("picture.png", Buffer.from([137, 80, 78, 71]));
    const { code, stderr } = await callCli(["ingest", file, ...dsn()]);
    expect(code).toBe(2);
    expect(stderr).toContain("is none of: a dataset YAML (.yaml), a folder, an HDF5 file, NDJSON");
  });
});

describe("options", () => {
  it("--quiet leaves stderr empty", async () => {
    const { code, stderr } = await callCli(["ingest", yaml, ...dsn(), "--quiet"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  it("have twins in the environment, which an option overrides", async () => {
    vi.stubEnv("COPYCAT_ON_CONFLICT", "update");
    vi.stubEnv("COPYCAT_DSN", database.dsn);
    vi.stubEnv("COPYCAT_JSON", "true");
    try {
      const twin = JSON.parse((await callCli(["ingest", yaml, "--reread"])).stdout) as object;
      expect(twin).toMatchObject({ nodes: { unchanged: 37, skipped: 0 } });
      const args = ["ingest", yaml, "--reread", "--on-conflict", "skip"];
      const option = JSON.parse((await callCli(args)).stdout) as object;
      expect(option).toMatchObject({ nodes: { unchanged: 0, skipped: 37 } });
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it("in the environment count as not set when they are empty, and a flag there can be false", async () => {
    for (const name of ["DSN", "ON_CONFLICT", "LIMIT", "REJECTS", "SOURCE"])
      vi.stubEnv(`COPYCAT_${name}`, "");
    vi.stubEnv("COPYCAT_DRY_RUN", "false");
    vi.stubEnv("COPYCAT_QUIET", "0");
    vi.stubEnv("DATABASE_URL", database.dsn);
    try {
      const { code, stdout, stderr } = await callCli(["ingest", yaml, "--json"]);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ dryRun: false, source: "VDP", nodes: { unchanged: 37 } });
      expect(stderr).not.toBe("");
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it("--max-rejects ends with 1 and changes nothing", async () => {
    folder.text("bad/a.h5", "text");
    const before = await database.value("select count(*)::int from nodes");
    const { code, stdout, stderr } = await callCli([
      "ingest",
      folder.path("bad"),
      ...dsn(),
      "--max-rejects",
      "0",
      "--rejects",
      folder.path("bad.ndjson"),
    ]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("More than 0 records were rejected (--max-rejects), the last one for: ");
    expect(stderr).toContain("Nothing was changed.");
    expect(await database.value("select count(*)::int from nodes")).toBe(before);
  });

  it("a conflict names the options that settle it, as text and as JSON, of one input and of several", async () => {
    const advice = "Use --on-conflict skip to leave them, or --on-conflict update to renew them.";
    const args = [...dsn(), "--reread", "--on-conflict", "error"];
    const one = await callCli(["ingest", yaml, ...args, "--json"]);
    expect(one.code).toBe(1);
    expect(one.stderr).toContain(advice);
    expect(JSON.parse(one.stdout)).toMatchObject({
      error: { code: "CONFLICT", message: expect.stringContaining(advice) },
    });
    const other = folder.text("other.ndjson", '{"path":"/OF_CONFLICTS"}\n');
    const several = await callCli(["ingest", yaml, other, ...args, "--json"]);
    expect(JSON.parse(several.stdout)).toMatchObject({
      datasets: expect.arrayContaining([
        expect.objectContaining({
          error: expect.objectContaining({ message: expect.stringContaining(advice) }),
        }),
      ]),
    });
  });

  it("--dry-run without any database starts no server and leaves no folder behind", async () => {
    vi.stubEnv("DATABASE_URL", "");
    const before = process.cwd();
    process.chdir(folder.folder("elsewhere"));
    try {
      const { code, stdout, stderr } = await callCli(["ingest", yaml, "--dry-run", "--quiet"]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/^VDP: dry run, nothing was changed; 37 of 37 nodes would go in/);
      expect(readdirSync(folder.path("elsewhere"))).toEqual([]);
    } finally {
      process.chdir(before);
      vi.unstubAllEnvs();
    }
  });
});
