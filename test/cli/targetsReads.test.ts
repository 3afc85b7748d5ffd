// Commands on one dataset, given several servers: they go to the one that has it, whatever the file says.

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { callCli } from "../support/cli.ts";
import type { TestDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { useTargets } from "../targets/support.ts";

const folder = useFolder();
const servers = useTargets(folder, { east: ["VDP"], west: ["EDRIXS"], rest: [] });
const server = (name: string) => servers.databases[name] as TestDatabase;
const nowhere = "postgres://nobody:hidden@127.0.0.1:1/none";

let all: string;
/** VDP goes to west by this one, and lies at east. */
let swapped: string;
let eastDown: string;
let westDown: string;

beforeAll(async () => {
  all = servers.write();
  const { targets } = JSON.parse(readFileSync(all, "utf8")) as { targets: { name: string; dsn: string }[] };
  const write = (name: string, change: (one: { name: string; dsn: string }) => object): string =>
    folder.text(name, JSON.stringify({ targets: targets.map(change) }));
  const datasets: Record<string, string[]> = { east: ["EDRIXS"], west: ["VDP"] };
  swapped = write("swapped.yaml", (one) => ({
    ...one,
    ...(datasets[one.name] && { datasets: datasets[one.name] }),
  }));
  eastDown = write("east-down.yaml", (one) => (one.name === "east" ? { ...one, dsn: nowhere } : one));
  westDown = write("west-down.yaml", (one) => (one.name === "west" ? { ...one, dsn: nowhere } : one));
  for (const [index, name] of ["VDP", "EDRIXS"].entries()) {
    await folder.hdf5(`${name}/a.h5`, {
      children: { T: { data: 1 }, m: { data: new Float64Array([index, 5, 6]) } },
    });
    const yaml = folder.text(
      `${name}.yaml`,
      `label: ${name}\ndata: { directory: ${name}, layout: per_entity }\nartifacts: [{ type: m, dataset: /m }]\n`,
    );
    expect((await callCli(["ingest", yaml, "--targets", all, "--quiet"])).code).toBe(0);
  }
});

const json = async (...args: string[]) => {
  const { code, stdout } = await callCli([...args, "--json", "--quiet"]);
  return { code, document: JSON.parse(stdout) as Record<string, unknown> };
};

describe("read and locators", () => {
  it("go to the server that has the dataset", async () => {
    for (const [dataset, values] of [
      ["VDP", "index,value\n0,0.0\n1,5.0\n2,6.0\n"],
      ["EDRIXS", "index,value\n0,1.0\n1,5.0\n2,6.0\n"],
    ] as const) {
      const read = await callCli(["read", `${dataset}/a/m`, "--format", "csv", "--targets", all, "--quiet"]);
      expect(read).toEqual({ code: 0, stdout: values, stderr: "" });
      const listed = await callCli(["locators", dataset, "--targets", all]);
      expect(listed).toMatchObject({ code: 0, stderr: "" });
      expect(JSON.parse(listed.stdout)).toMatchObject({ file: folder.path(`${dataset}/a.h5`) });
    }
  });

  it("find it where the file does not say, and tell how to make both agree", async () => {
    const read = await callCli(["read", "/VDP/a/m", "--format", "csv", "--targets", swapped]);
    expect([read.code, read.stdout]).toEqual([0, "index,value\n0,0.0\n1,5.0\n2,6.0\n"]);
    expect(read.stderr).toContain(
      `VDP is at east, and ${swapped} sends it to west. To make both agree: copycat targets move VDP --to west --targets ${swapped}\n`,
    );
    expect((await callCli(["locators", "VDP", "--targets", swapped, "--quiet"])).stderr).toBe("");
  });

  it("need no other server", async () => {
    expect(await callCli(["locators", "VDP", "--targets", westDown])).toMatchObject({ code: 0, stderr: "" });
  });

  it("say which server did not answer when nobody else has the dataset, without its password", async () => {
    const { code, stderr } = await callCli(["read", "VDP/a/m", "--targets", eastDown]);
    expect(code).toBe(1);
    expect(stderr).toContain(
      "There is no dataset VDP at west, rest, and east did not answer. Try again when all do.",
    );
    expect(stderr).not.toContain("hidden");
  });

  it("know no dataset that is nowhere, and no root", async () => {
    const wrong = await callCli(["read", "VDQ/a/m", "--targets", all]);
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining("no dataset VDQ at ")]);
    expect(wrong.stderr).toContain("VDP?");
    const node = await callCli(["read", "VDP/b/m", "--targets", all]);
    expect([node.code, node.stderr]).toEqual([1, expect.stringContaining("VDP/b")]);
    const root = await callCli(["read", "/", "--targets", all]);
    expect([root.code, root.stderr]).toEqual([2, expect.stringContaining("Every target has a root.")]);
  });
});

describe("view", () => {
  it("is made where the dataset is, listed of all, refreshed and dropped wherever it is", async () => {
    const created = await json("view", "create", "EDRIXS", "--targets", all);
    expect(created).toMatchObject({ code: 0, document: { target: "west", name: "EDRIXS", rows: 1 } });
    expect(await server("west").value('select count(*)::int from copycat_views."EDRIXS"')).toBe(1);
    const elsewhere = await callCli(["view", "create", "VDP", "--targets", swapped]);
    expect(elsewhere.stdout.startsWith('east  "copycat_views"."VDP": 1 row of ')).toBe(true);
    const listed = await json("view", "list", "--targets", all);
    const views = listed.document.views as { target: string; name: string }[];
    expect(views.map(({ target, name }) => [target, name])).toEqual([
      ["east", "VDP"],
      ["west", "EDRIXS"],
    ]);
    const refreshed = await callCli(["view", "refresh", "EDRIXS", "--targets", all]);
    expect(refreshed).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^west {2}EDRIXS: refreshed in /),
    });
    const both = await json("view", "refresh", "--targets", all);
    expect(both.document).toMatchObject({
      refreshed: [
        { target: "east", name: "VDP" },
        { target: "west", name: "EDRIXS" },
      ],
    });
    const dropped = await json("view", "drop", "EDRIXS", "--targets", all);
    expect(dropped).toEqual({ code: 0, document: { target: "west", dropped: true } });
    expect(await server("west").value("select to_regclass('copycat_views.\"EDRIXS\"')")).toBe(null);
  });

  it("of one name at two servers is not dropped by it", async () => {
    expect((await callCli(["view", "create", "EDRIXS", "--name", "VDP", "--targets", all])).code).toBe(0);
    const { code, stderr } = await callCli(["view", "drop", "VDP", "--targets", all]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("east and west both have a view VDP.")]);
    expect((await json("view", "list", "--targets", all)).document.views).toHaveLength(2);
  });

  it("is nowhere, or cannot be known to be", async () => {
    const none = await callCli(["view", "refresh", "VPD", "--targets", all]);
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining("No target has a view VPD")]);
    const down = await callCli(["view", "drop", "none", "--targets", westDown]);
    expect([down.code, down.stderr]).toEqual([1, expect.stringContaining("and west cannot be asked")]);
    const listed = await json("view", "list", "--targets", westDown);
    expect(listed).toMatchObject({
      code: 1,
      document: { views: [{ target: "east" }], failed: [{ target: "west" }] },
    });
  });
});

describe("index of one dataset", () => {
  it("is made where the dataset is", async () => {
    const { code, document } = await json("index", "add", "T", "--dataset", "VDP", "--targets", swapped);
    expect(code).toBe(0);
    expect(document).toMatchObject({ targets: [{ target: "east", dataset: "/VDP" }], failed: [] });
  });
});
