// copycat search: its options, what it prints, and what it refuses.

import { beforeAll, describe, expect, it } from "vitest";
import { catalog } from "../catalog/search/catalog.support.ts";
import { callCli, startCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { container, load } from "../support/nodes.ts";

const db = useDatabase();

const call = (...args: string[]) => callCli(["search", ...args, "--dsn", db.dsn]);

async function callJson<Result = Record<string, unknown>>(...args: string[]): Promise<Result> {
  const { stdout } = await call(...args, "--json");
  return JSON.parse(stdout) as Result;
}

interface Page {
  count: number;
  nodes: { path: string }[];
  next: string | null;
}

const pathsOf = (page: Page): string[] => page.nodes.map(({ path }) => path);

beforeAll(async () => {
  const many = Array.from({ length: 30 }, (_, index) =>
    container(`/many/m_${index}`, {
      index,
      half: index < 15 ? "a" : "b",
      ...(index < 20 ? { few: -index } : {}),
    }),
  );
  await load(db.database, [...catalog, container("/many"), ...many]);
});

describe("conditions", () => {
  it.each([
    [["VDP", "--where", "Ja > 0.5"], ["/VDP/high"]],
    [["--where", "Ja > 0.5", "--where", "Ja < 1.7"], ["/VDP/high"]],
    [["--where", "Ja > 0.5 and (material = MnPS3 or not has material)"], ["/VDP/high"]],
    [["--text", "mnps3 arcs"], ["/VDP/high"]],
    [
      ["--in", "material=NiPS3,MnPS3", "--has", "Ja"],
      ["/VDP/low", "/VDP/high"],
    ],
    [["--in", "key=low,bare", "--in", "key=bare"], ["/VDP/bare"]],
    [["--has", '"odd key"'], ["/other/high"]],
    [["--has", "instrument.slots"], ["/VDP/low"]],
    [["--source", "VDP"], ["/VDP/low"]],
    [["--spec", "NXdata"], ["/other/high"]],
    [
      ["--under", "VDP", "--family", "array"],
      ["/VDP/low/spectrum", "/VDP/low/deep/map"],
    ],
    [["VDP", "--source", "' or true"], []],
  ])("%j", async (args, paths) => {
    const page = await callJson<Page>(...args);
    expect(pathsOf(page)).toEqual(paths);
    expect(page).toMatchObject({ count: paths.length, next: null });
  });
});

describe("a page", () => {
  it("is JSON with the number of all matches, the nodes, and where to go on", async () => {
    const first = await callJson<Page>("many", "--sort", "few", "--limit", "12");
    expect(Object.keys(first)).toEqual(["count", "nodes", "next"]);
    expect(first.count).toBe(30);
    expect(pathsOf(first)).toEqual(Array.from({ length: 12 }, (_, index) => `/many/m_${19 - index}`));
    expect(first.nodes[0]).toEqual({
      id: expect.any(Number),
      path: "/many/m_19",
      structureFamily: "container",
      metadata: { index: 19, half: "b", few: -19 },
    });
    const second = await callJson<Page>(
      "many",
      "--sort",
      "few",
      "--limit",
      "100",
      "--after",
      first.next ?? "",
    );
    expect(second).toMatchObject({ count: 30, next: null });
    expect(pathsOf(second).slice(7)).toEqual([
      "/many/m_0",
      ...Array.from({ length: 10 }, (_, index) => `/many/m_${20 + index}`),
    ]);
  });

  it("has 20 nodes unless told otherwise", async () => {
    expect((await callJson<Page>("many")).nodes).toHaveLength(20);
    expect((await callJson<Page>("many", "--limit", "0")).nodes).toEqual([]);
  });

  it("is sorted by several keys, downwards with a minus", async () => {
    const page = await callJson<Page>("many", "--sort", "-half", "--sort", "-index", "--limit", "2");
    expect(pathsOf(page)).toEqual(["/many/m_29", "/many/m_28"]);
  });

  it("is a line a node for people; what to type for the next one is on stderr", async () => {
    const { code, stdout, stderr } = await call("many", "--limit", "2", "--where", "index >= 5");
    expect(code).toBe(0);
    expect(stdout).toBe("/many/m_5  few=-5 half=a index=5\n/many/m_6  few=-6 half=a index=6\n");
    const after = /^25 matches\nThere are more: --after ([\w-]+)\n$/.exec(stderr)?.[1] ?? "";
    const next = await call("many", "--limit", "1", "--where", "index >= 5", "--after", after, "--quiet");
    expect(next).toEqual({ code: 0, stdout: "/many/m_7  few=-7 half=a index=7\n", stderr: "" });
    expect((await call("VDP", "--where", "Ja = 1.5")).stderr).toBe("1 match\n");
  });

  it("is NDJSON with --ndjson", async () => {
    const { stdout, stderr } = await call("many", "--ndjson", "--limit", "2");
    const lines = stdout.trimEnd().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { path: string }).path)).toEqual([
      "/many/m_0",
      "/many/m_1",
    ]);
    expect(stderr).toMatch(/^There are more: --after [\w-]+\n$/);
  });
});

describe("--all", () => {
  it("prints every node, as lines, NDJSON or one document", async () => {
    const wanted = Array.from({ length: 30 }, (_, index) => `/many/m_${29 - index}`);
    const lines = await call("many", "--all", "--sort", "-index");
    expect(
      lines.stdout
        .trimEnd()
        .split("\n")
        .map((line) => line.split("  ")[0]),
    ).toEqual(wanted);
    expect(lines.stderr).toBe("30 matches\n");
    const ndjson = await call("many", "--all", "--sort", "-index", "--ndjson", "--quiet");
    const parsed = ndjson.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { path: string });
    expect(parsed.map(({ path }) => path)).toEqual(wanted);
    expect(ndjson.stderr).toBe("");
    const document = await callJson<Page>("many", "--all", "--sort", "-index");
    expect(pathsOf(document)).toEqual(wanted);
    expect(document).toMatchObject({ count: 30, next: null });
  });

  it("is a document as well when there is nothing", async () => {
    const { stdout, stderr } = await call("many", "--all", "--json", "--where", "index < 0");
    expect({ document: JSON.parse(stdout) as object, stderr }).toEqual({
      document: { nodes: [], count: 0, next: null },
      stderr: "",
    });
  });
});

describe("a reader that leaves early", () => {
  const large = useDatabase();

  beforeAll(async () => {
    const nodes = Array.from({ length: 3000 }, (_, index) =>
      container(`/large/e_${index}`, { text: "x".repeat(1000) }),
    );
    await load(large.database, [container("/large"), ...nodes]);
  });

  it.each([[["--json"]], [["--ndjson"]], [[]]])("ends it quietly, with %j", async (args) => {
    const { child, ended } = startCli(["search", "--all", ...args, "--dsn", large.dsn], { cwd: "." });
    child.stdout.once("data", () => child.stdout.destroy());
    expect(await ended).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("numbers and values", () => {
  it("counts", async () => {
    expect((await call("--count", "--where", "half = a")).stdout).toBe("15\n");
    expect(await callJson("--count")).toEqual({ count: 35 });
    expect(await callJson("--count", "--under", "/")).toEqual({ count: catalog.length + 31 });
  });

  it("lists the values of a key with their counts", async () => {
    const args = ["many", "--distinct", "half", "--where", "index < 20"];
    expect(await callJson(...args)).toEqual({
      key: "half",
      values: [
        { value: "a", count: 15 },
        { value: "b", count: 5 },
      ],
    });
    expect((await call(...args)).stdout).toBe("       15  a\n        5  b\n");
    const cut = await call("many", "--distinct", "index", "--limit", "3");
    expect(cut.stdout.trimEnd().split("\n")).toHaveLength(3);
    expect(cut.stderr).toBe("There are more than 3 values; --limit N prints more.\n");
  });

  it("lists those of several keys", async () => {
    expect(await callJson("VDP", "--facets", 'instrument.name, "odd key"')).toEqual({
      facets: {
        "instrument.name": [
          { value: "SEQ", count: 1 },
          { value: "ARCS", count: 1 },
        ].sort((one, other) => (one.value < other.value ? -1 : 1)),
        '"odd key"': [],
      },
    });
    expect((await call("many", "--facets", "half,absent")).stdout).toBe(
      "half\n       15  a\n       15  b\nabsent\n",
    );
  });
});

describe("wrong usage ends with 2, says what is wrong and prints nothing on stdout", () => {
  it.each([
    [["--where", "Ja ~ 1"], "expected an operator"],
    [["--where", "(Ja = 1"], "at column 8"],
    [["--where", "Ja = 1", "--where", "Ja ="], "expected a value at column 5"],
    [["--where", `${"(".repeat(1000)}a = 1`], "more than 100 parentheses"],
    [["--where", `a = ${"[".repeat(1001)}${"]".repeat(1001)}`], "nested deeper than 1000 levels"],
    [["--where", "a = '\\u0000'"], "contains U+0000"],
    [["--in", "material"], "expected = and values"],
    [["--has", "a b"], "expected a dot or the end"],
    [["--sort", "-"], "expected a key"],
    [["--text", " "], "needs a word"],
    [["--family", "aray"], "did you mean array?"],
    [["--distinct", ""], "expected a key"],
    [["--facets", "a,"], "expected a key"],
    [["--after", "nonsense"], "is no place in a search"],
    [["VDP", "--under", "VDP"], "not at both"],
    [["--limit", "-1"], "expected a whole number of at least 0"],
    [["--all", "--limit", "3"], "cannot be used with"],
    [["--all", "--after", "x"], "cannot be used with"],
    [["--count", "--distinct", "a"], "cannot be used with"],
    [["--facets", "a", "--distinct", "a"], "cannot be used with"],
    [["--ndjson", "--count"], "cannot be used with"],
  ])("%j", async (args, message) => {
    const { code, stdout, stderr } = await call(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    const failed = await call(...args, "--json");
    expect(JSON.parse(failed.stdout)).toMatchObject({ status: "failed", error: { code: "USAGE" } });
  });

  it("ends with 1 for a dataset that is not there", async () => {
    expect(await call("VPD")).toMatchObject({ code: 1, stdout: "" });
  });
});

it("has a help that teaches the language, and whose examples can be read", async () => {
  const { stdout } = await callCli(["search", "--help"]);
  for (const text of [
    "KEY between A and B",
    "has KEY",
    "not has Dc_meV",
    "key in (H_1, H_2)",
    '"odd key"."sub.key"',
  ]) {
    expect(stdout).toContain(text);
  }
  const examples = stdout.slice(stdout.indexOf("Examples:")).matchAll(/--(where|in) '([^']+)'/g);
  const args = [...examples].flatMap(([, name, filter]) => [`--${name}`, filter ?? ""]);
  expect(args.length).toBeGreaterThanOrEqual(4);
  expect((await call(...args)).code).toBe(0);
});
