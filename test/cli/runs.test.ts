// copycat runs: list and show.

import { hostname, userInfo } from "node:os";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { formatRuns } from "../../src/cli/runsSummary.ts";
import { withTransaction } from "../../src/database/index.ts";
import {
  addCounts,
  noCounts,
  RunRecord,
  type RunStart,
  type RunSummary,
} from "../../src/ingest/runs/index.ts";
import { makeReport, makeStart } from "../ingest/runs/support.ts";
import { callCli, startCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";

const db = useDatabase({ empty: true });
const folder = useFolder();

const ids = {
  done: "aaaa0000-0000-4000-8000-000000000001",
  failed: "bbbb0000-0000-4000-8000-000000000002",
  cut: "cccc0000-0000-4000-8000-000000000003",
  going: "dddd0000-0000-4000-8000-000000000004",
};

const call = (...args: string[]) => callCli(["runs", ...args, "--dsn", db.dsn]);

const who = `${userInfo().username}@${hostname()}`;

/** Lines without what differs from run to run. */
const lines = (text: string): string[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, "MOMENT").replace(/ +\d+ ms/, " TIME"));

async function begin(id: string, change: Partial<RunStart> = {}): Promise<RunRecord> {
  const run = await RunRecord.begin(db.database, makeStart({ id, ...change }));
  if (run === null) throw new Error("The run was not recorded.");
  return run;
}

/** The four kinds of runs, one each. */
async function record(): Promise<RunRecord> {
  const done = await begin(ids.done);
  const nodes = { read: 1234, inserted: 1200, updated: 1, unchanged: 20, skipped: 10, rejected: 3 };
  const report = makeReport({ status: "completed_with_rejects", nodes, rejectsFile: "/data/run 1.ndjson" });
  await done.finish("completed_with_rejects", report);
  await done.close();
  const failed = await begin(ids.failed, { dataset: "EDRIXS" });
  await failed.fail(new Error("The server has gone.\nAnd it stayed away."));
  await failed.close();
  const cut = await begin(ids.cut, { inputs: ["/data/a.yaml", "/data/b"] });
  await withTransaction(db.database, (client) =>
    cut.advance(client, { nodes: { inserted: 5 } }, { file: 7 }),
  );
  await cut.close();
  return begin(ids.going);
}

let going: RunRecord;

describe("where nothing was recorded", () => {
  it("a list says so", async () => {
    expect(await call()).toEqual({
      code: 0,
      stdout: "",
      stderr: "No run is recorded in this database yet.\n",
    });
    expect(JSON.parse((await call("--json")).stdout)).toEqual({ runs: [] });
  });

  it("no run is found, and no server is started to look for one", async () => {
    expect(await call("show", "abcd")).toEqual({
      code: 1,
      stdout: "",
      stderr: "copycat: There is no run abcd. `copycat runs` lists those there are.\n",
    });
    vi.stubEnv("DATABASE_URL", "");
    const before = process.cwd();
    process.chdir(folder.root);
    try {
      const { code, stderr } = await callCli(["runs"]);
      expect(code).toBe(1);
      expect(stderr).toContain("no embedded PostgreSQL in this folder");
    } finally {
      process.chdir(before);
      vi.unstubAllEnvs();
    }
  });
});

describe("runs", () => {
  beforeAll(async () => {
    going = await record();
    return () => going.close();
  });

  it("are a line each, the newest first", async () => {
    const { code, stdout, stderr } = await call();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const rows = lines(stdout).map((line) => line.split(/ +/));
    expect(rows.map(([id]) => id)).toEqual(["ID", "dddd0000", "cccc0000", "bbbb0000", "aaaa0000"]);
    expect(rows.map((row) => row.at(-1))).toEqual(["WHO", who, who, who, who]);
    const isWords = (row: string[]): string[] => row.filter((cell) => /^[a-z_]+$/.test(cell));
    expect(rows.flatMap(isWords)).toEqual(["running", "interrupted", "failed", "completed_with_rejects"]);
  });

  it("are found by data set and status, and a list of none says so", async () => {
    const found = async (...args: string[]): Promise<string[]> => {
      const { runs } = JSON.parse((await call("--json", ...args)).stdout) as { runs: { id: string }[] };
      return runs.map(({ id }) => id);
    };
    expect(await found("--dataset", "EDRIXS")).toEqual([ids.failed]);
    expect(await found("--status", "interrupted")).toEqual([ids.cut]);
    expect(await found("--limit", "2")).toEqual([ids.going, ids.cut]);
    expect(await call("--dataset", "NONE")).toEqual({
      code: 0,
      stdout: "",
      stderr: "No run fits. `copycat runs` lists all.\n",
    });
  });

  it("are JSON with these keys", async () => {
    const { runs } = JSON.parse((await call("list", "--json")).stdout) as { runs: object[] };
    expect(Object.keys(runs[0] ?? {}).toSorted()).toEqual(
      [
        ...["id", "status", "dataset", "source", "inputs", "startedAt", "finishedAt", "elapsedMs", "version"],
        "by",
        ...["databaseUser", "systemUser", "host", "processId", "counts", "commits", "rejectsFile", "error"],
      ].toSorted(),
    );
    expect(runs[3]).toMatchObject({
      status: "completed_with_rejects",
      startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      counts: { nodes: { read: 1234, inserted: 1200 }, files: { read: 4 } },
    });
  });

  it.each([
    [
      ["--status", "done"],
      "Allowed choices are running, interrupted, completed, completed_with_rejects, failed.",
    ],
    [["--limit", "0"], "expected a whole number of at least 1"],
    [["shwo"], "too many arguments"],
    [["show"], "missing required argument 'id'"],
    [["show", "x"], '"x" is no run.'],
  ])("%j is wrong usage", async (args, message) => {
    const { code, stdout, stderr } = await call(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });
});

describe("one run", () => {
  beforeAll(async () => {
    await db.rows("delete from copycat.run");
    going = await record();
    return () => going.close();
  });

  it("with rejects names their file as it is typed next", async () => {
    const { code, stdout } = await call("show", "aaaa");
    expect(code).toBe(0);
    const shown = lines(stdout);
    expect(shown.slice(0, 4)).toEqual([
      ids.done,
      "  status        completed_with_rejects",
      "  dataset       VDP",
      "  source        VDP",
    ]);
    expect(shown).toContain(
      "  nodes         1,234 read, 1,200 inserted, 1 updated, 20 unchanged, 10 skipped, 3 rejected",
    );
    expect(shown).toContain('  options       {"limit":null,"policy":"update"}');
    expect(shown).toContain("  rejects       /data/run 1.ndjson");
    expect(shown.slice(-3)).toEqual([
      "",
      "Mend the rejects, then take them again:",
      `  copycat ingest '/data/run 1.ndjson' --dsn ${new URL(db.dsn).password === "" ? db.dsn : "DSN"}`,
    ]);
    expect(stdout).toContain('"strategy": "rebuild"');
  });

  it("that was interrupted after a commit says how it goes on", async () => {
    const shown = lines((await call("show", "cccc")).stdout);
    const at = shown.findIndex((line) => line.startsWith("  inputs"));
    expect(shown.slice(at, at + 2)).toEqual(["  inputs    /data/a.yaml", "            /data/b"]);
    expect(shown).toContain('  position  {"file":7}');
    expect(shown).toContain("  commits   1");
    expect(shown.at(-1)).toContain(`  copycat ingest --resume ${ids.cut} --dsn `);
  });

  it("that failed says why, and to type the same again", async () => {
    const shown = lines((await call("show", "bbbb")).stdout);
    const at = shown.findIndex((line) => line.startsWith("  error"));
    expect(shown.slice(at)).toEqual([
      expect.stringMatching(/^ {2}error +The server has gone\.$/),
      expect.stringMatching(/^ {4,}And it stayed away\.$/),
      "",
      "Type the same command again when the cause is mended: what is in already is left alone.",
    ]);
  });

  it("that goes on offers no next step", async () => {
    const { stdout } = await call("show", "dddd");
    expect(stdout).toContain(`process ${process.pid}, as `);
    expect(stdout).not.toContain("\n\n");
  });

  it("is JSON with its options and its report", async () => {
    const run = JSON.parse((await call("show", "aaaa", "--json")).stdout) as object;
    expect(run).toMatchObject({
      id: ids.done,
      catalogSchema: "public",
      options: { policy: "update", limit: null },
      position: null,
      report: { run: "r", closure: { strategy: "rebuild" } },
    });
  });
});

describe("an ingest", () => {
  const other = useDatabase();
  const statuses = async (): Promise<string[]> => {
    const { stdout } = await callCli(["runs", "--json", "--dsn", other.dsn]);
    return (JSON.parse(stdout) as { runs: { status: string }[] }).runs.map(({ status }) => status);
  };

  it("is running while it waits for its input, and interrupted as soon as it is killed", async () => {
    const running = startCli(["ingest", "-", "--dsn", other.dsn], { cwd: folder.root });
    running.child.stdin.write('{"path":"/PIPED"}\n');
    await expect.poll(statuses, { timeout: 20_000, interval: 100 }).toEqual(["running"]);
    running.child.kill("SIGKILL");
    await running.ended;
    await expect.poll(statuses, { timeout: 20_000, interval: 50 }).toEqual(["interrupted"]);
  });

  it("of several data sets is a run each, with what became of it", async () => {
    const good = folder.text("good/x.ndjson", '{"path":"/X"}\n{"path":"/X/a"}\n');
    const clash = folder.text("clash/y.ndjson", '{"path":"/X"}\n');
    const args = ["ingest", good, folder.path("good"), clash, "--on-conflict", "error", "--dsn", other.dsn];
    expect((await callCli(args)).code).toBe(1);
    const { stdout } = await callCli(["runs", "--limit", "3", "--json", "--dsn", other.dsn]);
    const { runs } = JSON.parse(stdout) as { runs: RunSummary[] };
    expect(runs.map(({ status, inputs, error }) => [status, inputs, error !== null])).toEqual([
      ["failed", [clash], true],
      ["completed", [folder.path("good")], false],
      ["completed", [good], false],
    ]);
    expect(runs[2]).toMatchObject({ dataset: "X", counts: { nodes: { read: 2, inserted: 2 } } });
  });
});

it("of a list fit their columns, with numbers to the right and moments where the reader is", () => {
  const run = {
    id: ids.done,
    status: "completed",
    dataset: "VDP",
    startedAt: new Date(2026, 2, 1, 4, 5, 9, 900),
    elapsedMs: 1500,
    systemUser: "ada",
    host: "beamline",
    counts: addCounts({ nodes: { inserted: 120_001, unchanged: 2, skipped: 3 } }),
  } as RunSummary;
  const cut = {
    ...run,
    id: ids.cut,
    status: "interrupted",
    dataset: "EDRIXS, VDP",
    elapsedMs: null,
  } as const;
  expect(formatRuns([run, { ...cut, counts: noCounts() }])).toBe(`\
ID        STARTED               TOOK  STATUS       DATASET      INSERTED  UPDATED  UNCHANGED  REJECTED  WHO
aaaa0000  2026-03-01 04:05:09  1.5 s  completed    VDP           120,001        0          5         0  ada@beamline
cccc0000  2026-03-01 04:05:09      -  interrupted  EDRIXS, VDP         0        0          0         0  ada@beamline`);
});
