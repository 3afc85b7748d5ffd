// `copycat ingest` of several data sets: what is printed, and which exit code.

import { readdirSync } from "node:fs";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { formatSum } from "../../src/cli/ingestResults.ts";
import { formatGroupProgress } from "../../src/cli/progressLine.ts";
import { sumReports } from "../../src/ingest/index.ts";
import { makeReport } from "../ingest/runs/support.ts";
import { callCli, runCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { readNdjson, useFolder } from "../support/files.ts";

const db = useDatabase();
const folder = useFolder();
const names = ["A", "B", "C"] as const;
const yaml = (name: string): string => folder.path(`${name}.yaml`);
let bad: string;

const call = (...args: string[]) => callCli(["ingest", ...args, "--dsn", db.dsn]);

beforeAll(async () => {
  for (const name of names) {
    const artifact = name === "C" ? "other" : "m";
    await folder.hdf5(`${name}/a.h5`, { children: { T: { data: 1 }, [artifact]: { data: 1 } } });
    folder.text(
      `${name}.yaml`,
      `label: ${name}\ndata: { directory: ${name}, layout: per_entity }\nartifacts: [{ type: m, dataset: /m }]\n`,
    );
  }
  bad = folder.text("bad.yaml", "label: X\nlable: X\n");
});

describe("several data sets", () => {
  it("are a report each, then their sum and once what to type next; 0 when all is in", async () => {
    const { code, stdout, stderr } = await runCli(["ingest", yaml("A"), yaml("B"), "--dsn", db.dsn], {
      cwd: folder.root,
    });
    expect(code).toBe(0);
    const text = stdout.replaceAll(/\(\d.*?\)/g, "(TIME)");
    expect(text.split("\n").slice(0, 7)).toEqual([
      "A: 3 nodes in (TIME)",
      expect.stringMatching(/^ {2}1 array in 1 new file, 1 new structure, /),
      "B: 3 nodes in (TIME)",
      expect.stringMatching(/^ {2}1 array in 1 new file, 0 new structures, /),
      "2 data sets: 2 in; 6 nodes in (TIME)",
      "",
      "Next:",
    ]);
    expect(stdout.match(/Next:/g)).toHaveLength(1);
    expect(stdout).toContain("copycat show A --dsn");
    expect(stderr).toMatch(/^\[1\/2\] A {2}read 0/);
    expect(stderr).toMatch(/\n\[2\/2\] B {2}merge: 3 nodes, 0 rejects, /);
  });

  it("end with 3 when one has rejects, all in one file", async () => {
    const rejects = folder.path("r.ndjson");
    const { code, stdout } = await call(yaml("C"), yaml("A"), "--rejects", rejects, "--quiet");
    expect(code).toBe(3);
    expect(stdout).toContain(`  1 reject in ${rejects}\n`);
    expect(stdout).toContain(
      "2 data sets: 2 in, 1 of them with rejects; 2 nodes in, 3 already there, 1 rejected (",
    );
    expect(await readNdjson(rejects)).toHaveLength(1);
  });

  it("end with 1 when one fails, which is named before the others are read; these are in", async () => {
    const { code, stdout, stderr } = await call(bad, yaml("B"), folder.path("missing"));
    expect(code).toBe(1);
    expect(stdout).toMatch(/^B: nothing has changed, .*\n3 data sets: 1 in, 2 failed; 0 nodes in, 3 already/);
    expect(stderr).toContain(`copycat: ${bad}: ${bad} has 3 mistakes.`);
    expect(stderr).toMatch(/\n {2}bad\.yaml:2:1: lable: /);
    expect(stderr.indexOf("missing")).toBeLessThan(stderr.indexOf("[2/3] B  read"));
    expect(stderr.trimEnd().split("\n").at(-1)).toBe(
      `copycat: 2 of 3 data sets failed: ${bad}, ${folder.path("missing")}. Nothing of these was changed. The others are in.`,
    );
    expect(stderr.match(/missing: it does not exist/g)).toHaveLength(1);
  });

  it("print one document with --json, failures in their place", async () => {
    const { code, stdout } = await call(yaml("A"), bad, yaml("C"), "--json", "--quiet");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      run: null,
      status: "failed",
      dataset: `A, ${bad}, C`,
      source: "A, C",
      nodes: { read: 6, inserted: 0, unchanged: 5, rejected: 1 },
      dataSources: { inserted: 0 },
      phases: expect.arrayContaining([expect.objectContaining({ name: "read" })]),
      datasets: [
        { run: expect.any(String), dataset: "A", status: "completed" },
        { dataset: bad, inputs: [bad], status: "failed", error: { code: "INVALID_INPUT" } },
        { dataset: "C", status: "completed_with_rejects", rejectsFile: expect.any(String) },
      ],
      error: { code: "INVALID_INPUT", message: expect.stringMatching(/^1 of 3 data sets failed: /) },
    });
  });

  it("that go in without failure have no error in their document", async () => {
    const { stdout } = await call(yaml("A"), yaml("B"), "--json", "--quiet");
    const document = JSON.parse(stdout) as object;
    expect(document).toMatchObject({ status: "completed", datasets: [{ dataset: "A" }, { dataset: "B" }] });
    expect(document).not.toHaveProperty("error");
  });

  it("of which none can be opened start no server; every mistake is told", async () => {
    vi.stubEnv("DATABASE_URL", "");
    const before = process.cwd();
    process.chdir(folder.folder("elsewhere"));
    try {
      const { code, stdout, stderr } = await callCli(["ingest", bad, "missing", "--json"]);
      expect(code).toBe(1);
      expect(stderr).toContain("copycat: None of the 2 inputs can be taken; nothing was changed.\n");
      expect(stderr).toContain("\n  Cannot read missing: it does not exist.\n");
      expect(JSON.parse(stdout)).toMatchObject({ status: "failed", error: { code: "INVALID_INPUT" } });
      expect(readdirSync(folder.path("elsewhere"))).toEqual([]);
    } finally {
      process.chdir(before);
      vi.unstubAllEnvs();
    }
  });

  it("fail together when the server is not there", async () => {
    const { code, stderr } = await callCli([
      "ingest",
      yaml("A"),
      yaml("B"),
      "--dsn",
      "postgres://127.0.0.1:1/x",
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain("Cannot connect to postgres://127.0.0.1:1/x");
  });
});

describe("for people", () => {
  const group = { inputs: ["a.yaml"], name: "A", error: null };
  const result = (change: Parameters<typeof makeReport>[0]) => ({
    group,
    report: makeReport(change),
    error: null,
  });

  it("the sum is one line", () => {
    const nodes = { read: 1300, inserted: 1200, updated: 5, unchanged: 90, skipped: 2, rejected: 3 };
    const some = result({ nodes, status: "completed_with_rejects", elapsedMs: 60_000 });
    const failed = { group, report: null, error: new Error("no") };
    expect(formatSum(sumReports([some, result({}), failed]))).toBe(
      "3 data sets: 2 in, 1 of them with rejects, 1 failed; 1,207 nodes in, 6 updated, 94 already there, 3 rejected (1 min 0 s)",
    );
    expect(formatSum(sumReports([result({ dryRun: true }), result({ dryRun: true })]))).toBe(
      "2 data sets: 2 would go in; 14 nodes would go in, 2 updated, 4 already there (200 ms)",
    );
  });

  it("progress says which data set of how many", () => {
    const progress = {
      phase: "merge",
      files: { done: 1, total: 1 },
      nodes: 3,
      rejects: 0,
      elapsedMs: 50,
    } as const;
    const place = { number: 2, count: 5, name: "EDRIXS" };
    expect(formatGroupProgress({ ...progress, group: place })).toBe(
      "[2/5] EDRIXS  merge: 3 nodes, 0 rejects, 50 ms",
    );
    expect(formatGroupProgress({ ...progress, group: null })).toBe("merge: 3 nodes, 0 rejects, 50 ms");
  });
});
