// Commands that are given several servers: each dataset goes to its own, and all are asked.

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { formatAllProgress, TargetsProgress } from "../../src/cli/targetsProgress.ts";
import { callCli, runCli, startCli } from "../support/cli.ts";
import type { TestDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { smallInputs } from "../support/smallInputs.ts";
import { useTargets } from "../targets/support.ts";

const folder = useFolder();
const servers = useTargets(folder, { east: ["VDP"], west: ["EDRIXS", "W_*"], rest: [] });
const names = ["VDP", "EDRIXS", "OTHER"] as const;
const yaml = (name: string): string => folder.path(`${name}.yaml`);
let all: string;
let westDown: string;

beforeAll(async () => {
  all = servers.write();
  const { targets } = JSON.parse(readFileSync(all, "utf8")) as { targets: { name: string; dsn: string }[] };
  const down = targets.map((one) =>
    one.name === "west" ? { ...one, dsn: "postgres://nobody@127.0.0.1:1/none" } : one,
  );
  westDown = folder.text("west-down.yaml", JSON.stringify({ targets: down }));
  for (const name of [...names, "W_BAD"]) {
    await smallInputs(folder).dataset(name, name === "W_BAD" ? "other" : "m");
  }
});

const server = (name: string) => servers.databases[name] as TestDatabase;

const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await callCli([...args, "--json", "--quiet"]);
  return { code, stderr, document: JSON.parse(stdout) as Record<string, unknown> };
};

const inAll = names.map(yaml);

describe("ingest of several servers", () => {
  it("fails what belongs to one that is down, puts the others in, and says which", async () => {
    const { code, stdout, stderr } = await runCli(["ingest", ...inAll, "--targets", westDown], {
      cwd: folder.root,
    });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^(east {2}VDP|rest {2}OTHER): 3 nodes in \(/);
    const table = stdout.slice(stdout.indexOf("TARGET"));
    expect(table.split("\n").slice(0, 4)).toEqual([
      "TARGET  DATASET  STATUS     INSERTED  UPDATED  UNCHANGED  REJECTED",
      "east    VDP      completed         3        0          0         0",
      "west    EDRIXS   failed            -        -          -         -",
      "rest    OTHER    completed         3        0          0         0",
    ]);
    expect(table).toMatch(/\n3 data sets: 2 in, 1 failed; 6 nodes in \(/);
    expect(table).toContain(` verify --targets ${westDown}\n`);
    expect(stderr).toContain("copycat: EDRIXS: The target west does not answer: Cannot connect to ");
    expect(stderr.trimEnd().split("\n").at(-1)).toBe(
      "copycat: 1 of 3 data sets failed: EDRIXS. Nothing of it was changed. The others are in.",
    );
    expect(stderr).toMatch(/^read 0 files, .*(east|rest) read/m);
  });

  it("prints one document with --json, each data set with its target; the rest goes in when typed again", async () => {
    const { code, document } = await json("ingest", ...inAll, "--targets", all);
    expect(code).toBe(0);
    expect(document).toMatchObject({
      status: "completed",
      nodes: { read: 9, inserted: 3, unchanged: 6 },
      datasets: [
        { target: "east", dataset: "VDP", nodes: { inserted: 0 } },
        { target: "west", dataset: "EDRIXS", nodes: { inserted: 3 } },
        { target: "rest", dataset: "OTHER", nodes: { inserted: 0 } },
      ],
    });
    const again = await json("ingest", yaml("VDP"), "--targets", all);
    expect(again.document).toMatchObject({ nodes: { inserted: 0 }, datasets: [{ target: "east" }] });
  });

  it("changes nothing with --dry-run, and ends with 3 where there are rejects", async () => {
    const { code, document } = await json("ingest", yaml("W_BAD"), "--targets", all, "--dry-run");
    expect(code).toBe(3);
    expect(document).toMatchObject({ dryRun: true, datasets: [{ target: "west", nodes: { rejected: 1 } }] });
    expect(await server("west").value("select count(*)::int from nodes where key = 'W_BAD'")).toBe(0);
    const rejects = folder.path("bad.ndjson");
    const real = await json("ingest", yaml("W_BAD"), "--targets", all, "--rejects", rejects);
    expect([real.code, real.document.rejectsFile]).toEqual([3, folder.path("bad.west.ndjson")]);
  });

  it("refuses records of several, and standard input, with what to do; 2", async () => {
    const mixed = folder.text("mixed.ndjson", '{"path": "/VDP/x"}\n{"path": "/W_1"}\n');
    const { code, stderr } = await callCli(["ingest", mixed, "--targets", all]);
    expect(code).toBe(2);
    expect(stderr).toContain(
      "VDP goes to east, W_1 to west. Split it into a file for each, or name one server",
    );
    expect(stderr).toContain("with --dsn.");
    const piped = await runCli(["ingest", "-", "--targets", all], { cwd: folder.root, stdin: "{}\n" });
    expect(piped.code).toBe(2);
    expect(piped.stderr).toContain("Write them to a file and name that in place of -");
  });

  it("is taken up on the server that has the run, after it was killed", async () => {
    const lines = Array.from({ length: 40_000 }, (_, n) => JSON.stringify({ path: `/W_K/n${n}` }));
    const input = folder.text("killed.ndjson", ['{"path": "/W_K"}', ...lines].join("\n"));
    const started = startCli(["ingest", input, "--targets", all, "--commit-every", "2000"], {
      cwd: folder.root,
    });
    const count = (): Promise<number> =>
      server("west").value("select count(*)::int from nodes where key ~ '^n[0-9]+$'");
    await expect.poll(count, { timeout: 20_000, interval: 10 }).toBeGreaterThan(0);
    started.child.kill("SIGKILL");
    await started.ended;
    expect(await count()).toBeLessThan(40_000);
    const { document } = await json("runs", "--targets", all, "--limit", "1");
    const [run] = document.runs as { id: string; target: string }[];
    expect(run?.target).toBe("west");
    const resumed = await json("ingest", "--resume", run?.id ?? "", "--targets", all);
    expect(resumed).toMatchObject({
      code: 0,
      document: { target: "west", run: run?.id, status: "completed" },
    });
    expect(await count()).toBe(40_000);
  });
});

describe("several servers asked", () => {
  it("list their runs, the newest of all first, and show the one that is meant", async () => {
    const { code, stdout } = await callCli(["runs", "--targets", all]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^TARGET +ID +STARTED /);
    expect(stdout).toMatch(/^east +\w{8} .* VDP /m);
    expect(stdout).toMatch(/^rest +\w{8} .* OTHER /m);
    const { document } = await json("runs", "--targets", all, "--dataset", "OTHER", "--limit", "1");
    const [run] = document.runs as { id: string; startedAt: string }[];
    const shown = await callCli(["runs", "show", run?.id.slice(0, 13) ?? "", "--targets", westDown]);
    expect(shown.code).toBe(0);
    expect(shown.stdout.startsWith(`rest  ${run?.id}\n`)).toBe(true);
    const none = await callCli(["runs", "show", "ffffffff", "--targets", westDown]);
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining("and west cannot be asked")]);
  });

  it("list their sources", async () => {
    const { code, stdout } = await callCli(["sources", "--targets", all]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^east {2}VDP {2}1 entity, 1 array$/m);
    const { document } = await json("sources", "--targets", all);
    expect(document.sources).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ target: "east", source: "VDP" }),
        expect.objectContaining({ target: "rest", source: "OTHER" }),
      ]),
    );
  });

  it("are verified each by itself", async () => {
    const { code, stdout } = await callCli(["verify", "--files", "--repair", "--targets", all]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^east:\n {2}Nothing to repair\.\n {2}[\d,]+ nodes, /);
    expect(stdout.match(/The catalog is sound\./g)).toHaveLength(3);
    const { document } = await json("verify", "--targets", all);
    expect(document).toMatchObject({
      ok: true,
      targets: [
        { target: "east", ok: true },
        { target: "west", ok: true },
        { target: "rest", ok: true },
      ],
      failed: [],
    });
    await server("rest").rows("delete from nodes_closure where depth = 0 and ancestor > 0");
    const broken = await json("verify", "--targets", all);
    expect(broken).toMatchObject({
      code: 1,
      document: { ok: false, targets: [{ ok: true }, {}, { ok: false }] },
    });
    expect((await callCli(["verify", "--repair", "--targets", all])).code).toBe(0);
  });

  it("get and lose an index together, or the one that has the dataset", async () => {
    const added = await callCli(["index", "add", "T", "--targets", all, "--quiet"]);
    expect(added.code).toBe(0);
    expect(added.stdout.match(/^(east|west|rest) {2}Promoted T in all datasets/gm)).toHaveLength(3);
    const some = await callCli(["index", "add", "only_here", "--targets", all]);
    expect(some.code).toBe(1);
    expect(some.stderr).toContain("No node has the metadata key only_here");
    await server("rest").rows(
      "update nodes set metadata = metadata || '{\"only_here\": 1}' where key = 'OTHER'",
    );
    const where = await json("index", "add", "only_here", "--targets", all);
    expect(where).toMatchObject({
      code: 0,
      document: { targets: [{ target: "east", reason: expect.any(String) }, {}, { path: ["only_here"] }] },
    });
    expect((await callCli(["index", "drop", "only_here", "--targets", all])).code).toBe(0);
    const one = await json("index", "add", "source", "--dataset", "VDP", "--targets", all);
    expect(one.document).toMatchObject({ targets: [{ target: "east", dataset: "/VDP" }], failed: [] });
    const listed = await json("index", "list", "--targets", all);
    const keys = listed.document.keys as { target: string; path: string[] }[];
    expect(keys.map(({ target, path }) => `${target} ${path.join()}`).toSorted()).toEqual([
      "east T",
      "east source",
      "rest T",
      "west T",
    ]);
    expect((await callCli(["index", "list", "--targets", all])).stdout).toMatch(
      /^east {2}T {2}all datasets/m,
    );
    const dropped = await callCli(["index", "drop", "T", "--targets", all]);
    expect(dropped.stdout).toBe(
      ["east", "west", "rest"].map((name) => `${name}  Dropped the indexes of T.\n`).join(""),
    );
    expect((await callCli(["index", "drop", "T", "--targets", all])).code).toBe(1);
    expect((await json("index", "advise", "--targets", all)).document.advice).toBeInstanceOf(Array);
  });

  it("are diagnosed, and their schema is told and brought up", async () => {
    const doctor = await json("doctor", "--targets", all);
    expect(doctor.document.targets).toHaveLength(3);
    const status = await callCli(["migrate", "status", "--targets", all]);
    expect(status.stdout).toMatch(/^east:\n {2}catalog {2}\w+\n {2}applied /);
    const up = await callCli(["migrate", "up", "--targets", all]);
    expect(up).toMatchObject({ code: 0, stdout: expect.stringMatching(/^east {2}Nothing pending\.\n/) });
  });

  it("answer as far as they are up: the one that is down is told, and 1", async () => {
    for (const command of [
      ["runs"],
      ["sources"],
      ["verify"],
      ["index", "list"],
      ["doctor"],
      ["migrate", "status"],
    ]) {
      const { code, stdout, stderr } = await callCli([...command, "--json", "--targets", westDown]);
      expect([command, code]).toEqual([command, 1]);
      expect(stderr).toContain("copycat: The target west does not answer: Cannot connect to ");
      expect(JSON.parse(stdout)).toMatchObject({
        failed: [{ target: "west", error: { code: "CONNECTION" } }],
      });
      expect(stdout).toContain('"target": "east"');
    }
  });

  it("are listed, with why one is down, and 1", async () => {
    expect((await callCli(["targets", "list", "--targets", all])).code).toBe(0);
    const { code, stdout } = await callCli(["targets", "list", "--targets", westDown]);
    expect([code, stdout]).toEqual([1, expect.stringContaining("Cannot connect to ")]);
  });

  it("or one, whichever is typed, though the environment names the other", async () => {
    vi.stubEnv("COPYCAT_TARGETS", all);
    vi.stubEnv("COPYCAT_DSN", server("west").dsn);
    const one = await callCli(["search", "--count", `--dsn=${server("east").dsn}`]);
    const isHere = "select count(*)::int from nodes where parent in (select id from nodes where parent = 0)";
    expect([one.code, one.stdout, one.stderr]).toEqual([0, `${await server("east").value(isHere)}\n`, ""]);
    vi.stubEnv("COPYCAT_TARGETS", all);
    vi.stubEnv("COPYCAT_DSN", server("west").dsn);
    const several = await json("search", "--targets", all);
    expect([several.code, several.document.missing]).toEqual([0, []]);
    vi.unstubAllEnvs();
  });

  it("cannot be named beside one", async () => {
    const { code, stderr } = await callCli(["verify", "--targets", all, "--dsn", server("east").dsn]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("cannot be used with option '--dsn <url>'")]);
  });
});

describe("serve-config of several servers", () => {
  it("is one configuration with a tree for each, under its name", async () => {
    const out = folder.path("tiled.yml");
    const written = folder.path("written");
    const { code, stdout } = await callCli([
      "serve-config",
      "--targets",
      all,
      "--out",
      out,
      "--writable",
      written,
    ]);
    expect(code).toBe(0);
    expect(stdout).toBe(`${out}: 3 catalogs, 3 readable folders\nNext:\n  tiled serve config ${out}\n`);
    const uri = (name: string): string => server(name).dsn.replace(/^postgres:/, "postgresql:");
    expect(parse(readFileSync(out, "utf8"))).toEqual({
      trees: ["east", "west", "rest"].map((name) => ({
        path: `/${name}`,
        tree: "catalog",
        args: {
          uri: uri(name),
          readable_storage: expect.any(Array),
          writable_storage: [`${written}/${name}`],
        },
      })),
      authentication: { single_user_api_key: expect.stringMatching(/^\w{64}$/) },
    });
    const { document } = await json("serve-config", "--targets", all);
    expect(document.targets).toEqual(
      expect.arrayContaining([
        { target: "east", path: "/east", readableStorage: [folder.path("VDP")], writableStorage: [] },
      ]),
    );
  });

  it("is not made while one is down: a server would lose what it serves", async () => {
    const out = folder.path("tiled.yml");
    const before = readFileSync(out, "utf8");
    const { code, stderr } = await callCli(["serve-config", "--targets", westDown, "--out", out]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("The target west does not answer")]);
    expect(readFileSync(out, "utf8")).toBe(before);
  });
});

describe("progress of several servers", () => {
  it("is one line: what all have done, and where each is", () => {
    const progress = new TargetsProgress(2);
    const now = { files: { done: 2, total: 5 }, nodes: 10, rejects: 1, elapsedMs: 10 };
    progress.add({ ...now, phase: "read", target: "east", group: { number: 1, count: 2, name: "VDP" } });
    const second = { number: 2, count: 2, name: "X" };
    // West has not begun.
    expect(progress.add({ ...now, phase: "read", target: "east", group: second }).etaMs).toBe(null);
    const sum = progress.add({ ...now, phase: "merge", target: "west", group: null });
    expect(formatAllProgress({ ...sum, elapsedMs: 1000 })).toBe(
      "read 6 files, 30 nodes, 30 nodes/s, 3 rejects, ETA 15 ms; east [2/2] X read, west merge",
    );
  });
});
