// copycat search and show over the servers of a targets file.

import { beforeAll, describe, expect, it } from "vitest";
import { catalog } from "../catalog/search/catalog.support.ts";
import { callCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { load } from "../support/nodes.ts";
import { useTargets } from "../targets/support.ts";

const folder = useFolder();
const targets = useTargets(folder, { east: ["VDP"], west: ["other"] });
const blank = useDatabase({ empty: true });
const down = { name: "down", dsn: "postgres://nobody:hidden@127.0.0.1:1/none", datasets: ["X"] };

let file = "";
let fileWithDown = "";
let fileOfBlank = "";

beforeAll(async () => {
  const isOther = (path: string): boolean => path.startsWith("/other");
  for (const [name, wanted] of [
    ["east", false],
    ["west", true],
  ] as const) {
    const nodes = catalog.filter(
      ({ parentPath, key }) => isOther(`/${[...parentPath, key].join("/")}`) === wanted,
    );
    const database = targets.databases[name]?.database;
    if (database !== undefined) await load(database, nodes);
  }
  const { list } = await targets.read();
  const plain = list.map(({ name, dsn, datasets }) => ({ name, dsn, datasets }));
  const fresh = { name: "blank", dsn: blank.dsn, default: true };
  fileWithDown = folder.text("down.yaml", JSON.stringify({ targets: [...plain, down] }));
  fileOfBlank = folder.text("blank.yaml", JSON.stringify({ targets: [fresh] }));
  file = folder.text("with-blank.yaml", JSON.stringify({ targets: [...plain, fresh] }));
});

const search = (...args: string[]) => callCli(["search", ...args, "--targets", file]);
const searchDown = (...args: string[]) => callCli(["search", ...args, "--targets", fileWithDown]);

describe("search", () => {
  it("prints the target before each node, in one order", async () => {
    const { code, stdout, stderr } = await search("--has", "Ja", "--sort=-Ja");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "4 matches\n" });
    expect(stdout.split("\n").map((line) => line.split("  ").slice(0, 2).join(" "))).toEqual([
      "west /other/high",
      "east /VDP/high",
      "east /VDP/low",
      "east /VDP/string",
      "",
    ]);
  });

  it("goes page by page", async () => {
    const first = await search("--sort", "Ja", "--limit", "4", "--json");
    const page = JSON.parse(first.stdout) as { count: number; nodes: object[]; next: string };
    expect(page).toMatchObject({
      count: 5,
      missing: [],
      nodes: [{ target: "east", path: "/VDP/string" }, {}, {}, {}],
    });
    const second = await search("--sort", "Ja", "--limit", "4", "--after", page.next, "--ndjson");
    expect(JSON.parse(second.stdout)).toMatchObject({ target: "east", path: "/VDP/bare" });
    const other = await search("--after", page.next);
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining("with another order") });
  });

  it.each([
    [["--count"], "5\n"],
    [["--where", "Ja > 0.5", "--count"], "2\n"],
    [["VDP", "--count"], "4\n"],
    [["--under", "/", "--count"], "10\n"],
    [["--under", "/", "--family", "array", "--count"], "2\n"],
    [["--distinct", "material", "--limit", "2"], "        1  null\n        1  MnPS3\n"],
    [["--facets", "ok,id"], "ok\n        1  true\nid\n        1  9007199254740992\n"],
  ])("%j", async (args, stdout) => {
    expect(await search(...args)).toMatchObject({ code: 0, stdout });
  });

  it.each([
    [["--all", "--json"], { count: 5, next: null, missing: [] }],
    [["--count", "--json"], { count: 5, missing: [] }],
    [["--distinct", "ok", "--json"], { key: "ok", values: [{ value: true, count: 1 }], missing: [] }],
    [["--facets", "ok", "--json"], { facets: { ok: [{ value: true, count: 1 }] }, missing: [] }],
  ])("%j as JSON", async (args, wanted) => {
    const { code, stdout } = await search(...args);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject(wanted);
  });

  it("--all --ndjson prints all", async () => {
    const { stdout } = await search("--all", "--ndjson");
    const nodes = stdout.trimEnd().split("\n");
    expect(nodes.map((line) => (JSON.parse(line) as { target: string }).target)).toEqual([
      "east",
      "east",
      "east",
      "east",
      "west",
    ]);
  });

  it("fails for what no target has", async () => {
    const { code, stdout } = await search("nowhere", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: "NOT_FOUND", message: "There is no node /nowhere at any target." },
    });
  });
});

describe("a server that is down", () => {
  it.each([
    [[]],
    [["--all"]],
    [["--ndjson"]],
    [["--count"]],
    [["--distinct", "Ja"]],
    [["--facets", "Ja"]],
    [["--quiet"]],
  ])("is told, and the command has failed: %j", async (args) => {
    const { code, stdout, stderr } = await searchDown(...args);
    expect(code).toBe(1);
    expect(stdout).not.toBe("");
    expect(stderr).toContain("copycat: down is missing in this answer.\ncopycat: Cannot connect to");
    expect(stderr).not.toContain("hidden");
  });

  it("is in the document", async () => {
    for (const args of [
      ["--json"],
      ["--all", "--json"],
      ["--count", "--json"],
      ["--distinct", "Ja", "--json"],
    ]) {
      const { code, stdout } = await searchDown(...args);
      expect(code).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({ missing: ["down"] });
    }
  });

  it("is of no interest where the dataset is found elsewhere", async () => {
    expect(await searchDown("VDP", "--count")).toEqual({ code: 0, stdout: "4\n", stderr: "" });
    expect(await callCli(["show", "VDP/low", "--targets", fileWithDown])).toMatchObject({
      code: 0,
      stderr: "",
    });
  });

  it("may have the dataset", async () => {
    const { code, stderr } = await searchDown("X");
    expect(code).toBe(1);
    expect(stderr).toContain("There is no node /X at east, west, and no answer from down.");
  });
});

describe("show", () => {
  const show = (...args: string[]) => callCli(["show", ...args, "--targets", file]);

  it("says on which target a node lies", async () => {
    const { code, stdout } = await show("other/high");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\/other\/high {2}\(container, id \d+\)\n[\s\S]*\n {2}target {4}west\n$/);
    const { stdout: document } = await show("other/high", "--json");
    expect(JSON.parse(document)).toMatchObject({
      nodes: [{ target: "west", path: "/other/high", metadata: { Ja: 2 } }],
      missing: [],
    });
  });

  it("shows the root of each", async () => {
    const { stdout } = await show("--json");
    expect(JSON.parse(stdout)).toMatchObject({
      nodes: [
        { target: "east", children: { keys: ["VDP"] } },
        { target: "west", children: { keys: ["other"] } },
      ],
    });
  });

  it("fails for what no target has", async () => {
    expect(await show("VDP/nowhere")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("east: There is no node /VDP/nowhere: /VDP has no child nowhere."),
    });
  });
});

it("targets without a catalog hold nothing; when no other one is there, that is said", async () => {
  const { code, stderr } = await callCli(["search", "--targets", fileOfBlank]);
  expect(code).toBe(1);
  expect(stderr).toContain(`No target of ${fileOfBlank} holds a catalog yet (blank). Load something first`);
});

it.each([["sources"], ["verify"], ["index", "list"], ["view", "list"], ["index", "advise"]])(
  "a target without a catalog is left out and told: %s %s",
  async (...command) => {
    const asked = await callCli([...command, "--json", "--targets", file]);
    expect([asked.code, asked.stderr]).toEqual([
      0,
      expect.stringContaining("blank: there is no catalog yet.\n"),
    ]);
    expect(JSON.parse(asked.stdout)).toMatchObject({ failed: [] });
    const none = await callCli([...command, "--targets", fileOfBlank]);
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining("holds a catalog yet (blank)")]);
  },
);

it("one server or several, not both", async () => {
  const { code, stderr } = await search("--dsn", blank.dsn);
  expect(code).toBe(2);
  expect(stderr).toContain("cannot be used with option");
});
