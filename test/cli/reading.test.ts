// The commands that look: show, search, verify, migrate.

import { rmSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { callCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";

const database = useDatabase();
const folder = useFolder();

/** A command on the test's database. */
const call = (...args: string[]) => callCli([...args, "--dsn", database.dsn]);

async function callJson(...args: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await call(...args, "--json");
  return JSON.parse(stdout) as Record<string, unknown>;
}

beforeAll(async () => {
  for (const [name, J] of [
    ["a", -1],
    ["b", 0.5],
    ["c", 2],
  ] as const) {
    await folder.hdf5(`VDP/${name}.h5`, {
      children: { J: { data: J }, kind: { data: `k${name}` }, m: { data: new Float64Array(3) } },
    });
  }
  const yaml = folder.text(
    "vdp.yaml",
    "label: VDP\ndata: { directory: VDP, layout: per_entity }\nartifacts: [{ type: m, dataset: /m }]\n",
  );
  const { code } = await call("ingest", yaml, "--quiet");
  expect(code).toBe(0);
});

describe("show", () => {
  it("prints a node for people", async () => {
    const { code, stdout, stderr } = await call("show", "VDP/a/m");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^\/VDP\/a\/m {2}\(array, id \d+\)\n {2}updated {3}\d{4}-/);
    expect(stdout).toContain('  data      application/x-hdf5, external, parameters {"dataset":"/m"}\n');
    expect(stdout).toMatch(/\n {2}structure [0-9a-f]{32}: \{/);
    expect(stdout).toContain(`  asset     file://localhost${folder.path("VDP/a.h5")} (`);
  });

  it("prints metadata, children and their number for a container, and the root without a path", async () => {
    expect((await call("show", "/VDP/")).stdout).toContain("  children  3: a, b, c\n");
    expect((await call("show")).stdout).toContain("  children  1: VDP\n");
  });

  it("prints JSON", async () => {
    expect(await callJson("show", "VDP/c")).toMatchObject({
      path: "/VDP/c",
      structureFamily: "container",
      metadata: { J: 2, source: "VDP" },
      dataSource: null,
      children: { count: 1, keys: ["m"] },
      revisions: 0,
    });
  });

  it("ends with 1 for a path that is not there and names the deepest node that is", async () => {
    const { code, stdout, stderr } = await call("show", "VDP/zzz/m");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("There is no node /VDP/zzz/m: /VDP has no child zzz.");
  });
});

describe("search", () => {
  it.each([
    [
      ["VDP", "--where", "J > 0"],
      ["/VDP/b", "/VDP/c"],
    ],
    [["--where", "J > 0", "--where", "J < 1"], ["/VDP/b"]],
    [["--where", "kind = ka"], ["/VDP/a"]],
    [["--where", "J = -1"], ["/VDP/a"]],
    [
      ["--limit", "2"],
      ["/VDP/a", "/VDP/b"],
    ],
    [["VDP/a"], ["/VDP/a/m"]],
  ])("%j finds nodes", async (args, paths) => {
    const { nodes } = (await callJson("search", ...args)) as { nodes: { path: string }[] };
    expect(nodes.map(({ path }) => path)).toEqual(paths);
  });

  it("prints paths with their scalars on stdout and the number of all matches on stderr", async () => {
    const { stdout, stderr } = await call("search", "VDP", "--where", "J >= 0.5", "--limit", "1");
    expect(stdout).toMatch(/^\/VDP\/b {2}.*\bJ=0\.5\b.*\n$/);
    expect(stdout).not.toContain("path_m");
    expect(stderr).toMatch(/^2 matches\nThere are more: --after [\w-]+\n$/);
    expect((await call("search", "VDP", "--where", "J = 2")).stderr).toBe("1 match\n");
  });

  it("counts", async () => {
    expect((await call("search", "--count")).stdout).toBe("3\n");
    expect(await callJson("search", "--count", "--where", "J < 0")).toEqual({ count: 1 });
  });
});

describe("migrate", () => {
  it("tells the state of the schema, and has nothing to do", async () => {
    const status = await callJson("migrate", "status");
    expect(status).toMatchObject({ catalog: { kind: "ready" } });
    expect((await call("migrate", "status")).stdout).toMatch(/^catalog {2}\w+\n(applied {2}.*\n)+$/);
    expect(await callJson("migrate", "up")).toEqual({ applied: [] });
    expect((await call("migrate", "up")).stdout).toBe("Nothing pending.\n");
  });
});

describe("a database without a catalog", () => {
  const empty = useDatabase({ empty: true });

  it("is said to have none, then gets one by `migrate up`, which can be verified", async () => {
    const asEmpty = (...args: string[]) => callCli([...args, "--dsn", empty.dsn]);
    for (const command of ["show", "search", "verify"]) {
      const { code, stderr } = await asEmpty(command);
      expect(code).toBe(1);
      expect(stderr).toContain("holds no catalog yet. Load something first");
    }
    expect((await asEmpty("migrate", "status")).stdout).toMatch(/^catalog {2}none yet\n(pending {2}.*\n)+$/);
    expect((await asEmpty("migrate", "up")).stdout).toMatch(/^Applied .+\.\n$/);
    expect((await asEmpty("verify")).code).toBe(0);
  });
});

describe("verify", () => {
  it("prints the JSON of the contract", async () => {
    const report = await callJson("verify", "--files");
    expect(report).toMatchObject({
      ok: true,
      nodes: 8,
      closure: {
        rows: 8 + 7 + 6 + 3,
        byDepth: { 0: 8, 1: 7, 2: 6, 3: 3 },
        missing: 0,
        extra: 0,
        wrongDepth: 0,
      },
    });
    for (const check of report.checks as object[]) {
      expect(check).toEqual({ name: expect.any(String), ok: true, detail: expect.any(String) });
    }
  });

  it("prints a line a check for people, and ends with 0", async () => {
    const { code, stdout } = await call("verify");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^8 nodes, 24 closure rows by depth \{0: 8, 1: 7, 2: 6, 3: 3\}\n( {2}ok {3}.*\n)+The catalog is sound\.\n$/,
    );
  });

  it("ends with 1 when a file has changed or is gone, but only when it is to look into files", async () => {
    await folder.hdf5("VDP/a.h5", { children: { m: { data: new Float64Array(4) } } });
    rmSync(folder.path("VDP/b.h5"));
    const { code, stdout } = await call("verify", "--files");
    expect(code).toBe(1);
    expect(stdout).toMatch(/\n {2}FAIL files +2 of 3 arrays differ: /);
    expect(stdout).toContain(`${folder.path("VDP/a.h5")}:/m has shape [4], registered is [3]; `);
    expect(stdout).toContain(`${folder.path("VDP/b.h5")}: there is no such file`);
    expect(stdout).toMatch(/\n1 check failed\.\n$/);
    expect((await call("verify")).code).toBe(0);
  });

  it("ends with 1 when a closure row is missing, and says how to mend it", async () => {
    await database.rows(
      "delete from nodes_closure where depth = 3 and descendant = (select max(id) from nodes)",
    );
    const { code, stdout } = await call("verify");
    expect(code).toBe(1);
    expect(stdout).toContain("FAIL closure");
    expect(stdout).toContain("`copycat verify --repair` mends it");
    const yaml = folder.path("vdp.yaml");
    await folder.hdf5("VDP/b.h5", { children: { m: { data: new Float64Array(3) } } });
    expect((await call("ingest", yaml, "--mode", "offline", "--quiet")).code).toBe(0);
    expect((await call("verify")).code).toBe(0);
  });
});
