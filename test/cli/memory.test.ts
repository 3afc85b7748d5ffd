// `copycat memory` and `copycat doctor` as their users see them.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { callCli, runCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { readNdjson, useFolder } from "../support/files.ts";

const database = useDatabase({ empty: true });
const folder = useFolder();

const dsn = (): string[] => ["--dsn", database.dsn];
const call = (...args: string[]) => callCli(["memory", ...args, ...dsn()]);
const json = async (...args: string[]): Promise<Record<string, unknown>> => {
  const { stdout } = await call(...args, "--json");
  return JSON.parse(stdout) as Record<string, unknown>;
};
const lines = (...records: unknown[]): string =>
  `${records.map((record) => JSON.stringify(record)).join("\n")}\n`;

const entries = lines(
  {
    namespace: "a",
    key: "north",
    value: "to the north",
    embedding: [0, 1, 0],
    tags: ["x"],
    metadata: { n: 1 },
  },
  { namespace: "a", key: "east", value: "to the east", embedding: [1, 0, 0], metadata: { n: 2 } },
  { namespace: "b", key: "north/east", value: "between\nthem", embedding: [0.6, 0.8, 0], tags: ["x", "y"] },
  { key: "plain", value: "no embedding" },
);

describe("memory load", () => {
  it("as a process: the JSON of the contract on stdout, progress on stderr, 0 when all is in", async () => {
    const file = folder.text("entries.jsonl", entries);
    const { code, stdout, stderr } = await runCli(
      ["memory", "load", file, "--kind", "entries", "--dimensions", "3", ...dsn(), "--json"],
      { cwd: folder.root },
    );
    expect(stderr).toMatch(/^Made a memory store with embeddings as (vector|real\[\]): /);
    expect(stderr).toMatch(/\ncopy: 4 of about \d+, .* a second, 0 rejects\n/);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      kind: "entries",
      status: "completed",
      read: 4,
      inserted: 4,
      updated: 0,
      unchanged: 0,
      skipped: 0,
      duplicates: 0,
      rejected: 0,
      elapsedMs: expect.any(Number),
      rowsPerSecond: expect.any(Number),
      rejectsFile: null,
    });
  });

  it("ends with 3 after rejects, names their file and what to do, and takes them again once they are mended", async () => {
    const file = folder.text(
      "some.jsonl",
      lines(
        { key: "good", value: "v" },
        { key: "bad", value: 5 },
        { key: "long", value: "v", embedding: [1, 2] },
      ),
    );
    const rejects = folder.path("rejects.ndjson");
    const { code, stdout } = await call("load", file, "--kind", "entries", "--rejects", rejects);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^1 entry in \(/);
    expect(stdout).toContain(
      `  2 rejects in ${rejects}\n  Mend them and run \`copycat memory load\` on that file with --kind entries.`,
    );
    expect(stdout).toMatch(
      /Next:\n {2}# look at the newest\n {2}npx copycat memory list --dsn \S+ --limit 5/,
    );
    expect((await readNdjson(rejects)).map(({ position, code: reason }) => [position, reason])).toEqual([
      ["line 2", "wrong_type"],
      ["line 3", "wrong_dimension"],
    ]);
    const mended = readFileSync(rejects, "utf8")
      .replace('"value":5', '"value":"5"')
      .replace("[1,2]", "[1,2,2]");
    const again = await json("load", folder.text("mended.ndjson", mended), "--kind", "entries");
    expect(again).toMatchObject({ status: "completed", read: 2, inserted: 2 });
  });

  it("says what would happen in a dry run, and what did when nothing was new", async () => {
    const file = folder.path("entries.jsonl");
    const dry = await call("load", file, "--kind", "entries", "--dry-run");
    expect(dry.stdout).toMatch(/^dry run, nothing was changed; 0 of 4 entries would go in \(/);
    expect((await call("load", file, "--kind", "entries")).stdout).toMatch(
      /^nothing to change, 4 of 4 entries are in already \(/,
    );
    const update = await json("load", file, "--kind", "entries", "--on-conflict", "update");
    expect(update).toMatchObject({ unchanged: 4, skipped: 0 });
  });

  it("takes patterns and trajectories", async () => {
    const pattern = { name: "p", pattern_type: "t", usage_count: 2 };
    const patterns = folder.text("patterns.json", JSON.stringify({ patterns: [pattern] }, null, 2));
    expect(await json("load", patterns, "--kind", "patterns")).toMatchObject({
      kind: "patterns",
      inserted: 1,
    });
    await json("load", patterns, "--kind", "patterns", "--on-conflict", "update");
    const { stdout } = await call("export", "--kind", "patterns");
    expect(JSON.parse(stdout)).toMatchObject({ ...pattern, usage_count: 4, confidence: 0.5 });
    const steps = folder.text("steps.jsonl", lines({ trajectory_id: "t", step_number: 1, action: "a" }));
    expect((await call("load", steps, "--kind", "trajectories")).stdout).toMatch(/^1 step in \(/);
  });

  it("keeps embeddings on update when asked to", async () => {
    const file = folder.text("keep.jsonl", lines({ namespace: "a", key: "north", value: "kept" }));
    await json("load", file, "--kind", "entries", "--on-conflict", "update", "--keep-embeddings");
    expect(await json("get", "a/north")).toMatchObject({ value: "kept", embedding: [0, 1, 0] });
  });

  it("reads standard input, into the namespace that is named", async () => {
    const { code, stdout } = await runCli(
      ["memory", "load", "-", "--kind", "entries", "--namespace", "piped", ...dsn(), "--quiet"],
      { cwd: folder.root, stdin: '{"k": "v"}' },
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^1 entry in \(.*\)\n$/) });
    expect(await json("count", "--namespace", "piped")).toEqual({ count: 1 });
  });

  it.each([
    ["a file that is not there", ["load", "nowhere.jsonl", "--kind", "entries"], 1, "UNREADABLE_SOURCE"],
    ["no kind", ["load", "nowhere.jsonl"], 2, "USAGE"],
    ["a kind that is none", ["load", "nowhere.jsonl", "--kind", "things"], 2, "USAGE"],
    [
      "other dimensions than the store's",
      ["load", "FILE", "--kind", "entries", "--dimensions", "4"],
      2,
      "USAGE",
    ],
    [
      "more rejects than allowed",
      ["load", "BAD", "--kind", "entries", "--max-rejects", "0"],
      1,
      "TOO_MANY_REJECTS",
    ],
    ["a document that is no JSON", ["load", "BROKEN", "--kind", "entries"], 1, "INVALID_INPUT"],
  ])("with --json is one document with zeros for %s", async (_name, args, code, errorCode) => {
    const files: Record<string, string> = {
      FILE: folder.path("entries.jsonl"),
      BAD: folder.text("bad.jsonl", '{"key":"x"}\n{"key":"y"}\n'),
      BROKEN: folder.text("broken.json", '{"entries": [\n{"key":"x"},\n]}'),
    };
    const result = await call(
      ...args.map((arg) => files[arg] ?? arg),
      "--json",
      "--rejects",
      folder.path("r.ndjson"),
    );
    expect(result.code).toBe(code);
    const document = JSON.parse(result.stdout) as object;
    expect(document).toMatchObject({ status: "failed", error: { code: errorCode } });
    if (args.includes("--kind") && errorCode !== "USAGE") {
      expect(document).toMatchObject({
        kind: "entries",
        read: 0,
        inserted: 0,
        rejected: 0,
        rejectsFile: null,
      });
    }
  });

  it("--dry-run without any database starts no server and leaves nothing behind", async () => {
    vi.stubEnv("DATABASE_URL", "");
    const before = process.cwd();
    process.chdir(folder.folder("elsewhere"));
    try {
      const file = folder.path("entries.jsonl");
      const args = ["memory", "load", file, "--kind", "entries", "--dry-run", "--dimensions", "3", "--quiet"];
      const { code, stdout, stderr } = await callCli(args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/^dry run, nothing was changed; 4 of 4 entries would go in/);
      expect(readdirSync(folder.path("elsewhere"))).toEqual([]);
      const list = await callCli(["memory", "list"]);
      expect(list.code).toBe(1);
      expect(list.stderr).toContain("Load something first: copycat memory load FILE --kind entries");
    } finally {
      process.chdir(before);
      vi.unstubAllEnvs();
    }
  });
});

describe("memory search", () => {
  const found = async (...args: string[]): Promise<string[]> => {
    const { results } = (await json("search", ...args)) as { results: { namespace: string; key: string }[] };
    return results.map(({ namespace, key }) => `${namespace}/${key}`);
  };

  it("finds what is near an entry, a vector of a file, of standard input or of the argument", async () => {
    expect(await found("--key", "a/north", "--limit", "2")).toEqual(["b/north/east", "default/long"]);
    expect(await found("--key", "b/north/east", "--include-self", "--limit", "1")).toEqual(["b/north/east"]);
    const vector = folder.text("vector.json", "[1, 0.1, 0]");
    expect(await found("--vector", vector, "--limit", "1")).toEqual(["a/east"]);
    expect(await found("[0, 1, 0]", "--namespace", "a")).toEqual(["a/north", "a/east"]);
    const piped = await runCli(["memory", "search", "--vector", "-", "--limit", "1", ...dsn()], {
      cwd: folder.root,
      stdin: '{"embedding": [1, 0, 0]}',
    });
    expect(piped.stdout).toBe(" 1.000  a/east  to the east\n");
  });

  it("filters, and prints what there is to know", async () => {
    expect(await found("[0, 1, 0]", "--tag", "x", "--tag", "y")).toEqual(["b/north/east"]);
    expect(await found("[0, 1, 0]", "--where", '{"n": 2}')).toEqual(["a/east"]);
    expect(await found("[0, 1, 0]", "--min-similarity", "0.9")).toEqual(["a/north"]);
    const document = await json("search", "[0, 1, 0]", "--limit", "1");
    expect(document).toEqual({
      count: 1,
      results: [
        {
          namespace: "a",
          key: "north",
          value: "kept",
          metadata: {},
          tags: [],
          similarity: 1,
          createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
        },
      ],
    });
  });

  it("looks for words, and says so", async () => {
    const { stdout, stderr } = await call("search", "NORTH between");
    expect(stdout).toBe("b/north/east  between them\n");
    expect(stderr).toBe(
      "Searched by words: no model is built in that makes vectors of text; --vector takes one.\n",
    );
    expect((await call("search", "nothing at all")).stderr).toContain("Nothing was found.");
  });

  it.each([
    [["search"], "Name one thing to search by"],
    [["search", "a", "--key", "b/c"], "Name one thing to search by"],
    [["search", "[1]", "--limit", "0"], "expected a whole number of at least 1"],
    [["search", "[1,2,3]", "--limit", "1001"], "limit is 1001"],
    [["search", "[1,2,3]", "--min-similarity", "x"], "minSimilarity is NaN"],
    [["search", "x", "--where", "[1]"], "expected a JSON object"],
  ])("of %j ends with 2", async (args, message) => {
    const { code, stderr } = await call(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it.each([
    [["search", "--key", "a/gone"], "There is no entry a/gone."],
    [["search", "[1,2]"], "Expected 3-dimensional embedding, got 2"],
    [["search", "--vector", "nowhere.json"], "Cannot read nowhere.json"],
    [["search", "[1,2,3]", "--schema", "nowhere"], 'no memory store in the schema "nowhere" yet'],
  ])("of %j ends with 1", async (args, message) => {
    const { code, stderr } = await call(...args);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });
});

describe("memory list, get, count, namespaces", () => {
  it("list the newest, page by page", async () => {
    const first = await json("list", "--limit", "2");
    expect((first.entries as unknown[]).length).toBe(2);
    const second = await json("list", "--limit", "100", "--after", String(first.next));
    expect((second.entries as unknown[]).length).toBe(6);
    expect(second.next).toBeNull();
    const { stdout, stderr } = await call("list", "--namespace", "a", "--limit", "1");
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\dT.*Z {2}a\/east {2}to the east\n$/);
    expect(stderr).toMatch(/^There are more: --after '.*'\n$/);
  });

  it("show one entry, by its name or within its namespace", async () => {
    const { stdout } = await call("get", "b/north/east");
    expect(stdout).toMatch(
      /^b\/north\/east\n {2}created .*\n {2}embedding {2}3 numbers\n {2}tags {7}x, y\n.*\n\nbetween\nthem\n$/,
    );
    expect(await json("get", "north/east", "--namespace", "b")).toMatchObject({ key: "north/east" });
    expect(await json("get", "plain")).toMatchObject({ namespace: "default", embedding: null });
    expect((await call("get", "a/gone")).code).toBe(1);
  });

  it("count", async () => {
    expect((await call("count")).stdout).toBe("8\n");
    expect(await json("count", "--namespace", "a")).toEqual({ count: 2 });
    const { namespaces } = (await json("namespaces")) as {
      namespaces: { namespace: string; entries: number }[];
    };
    expect(namespaces.map(({ namespace, entries: count }) => [namespace, count])).toEqual([
      ["a", 2],
      ["b", 1],
      ["default", 4],
      ["piped", 1],
    ]);
    expect((await call("namespaces")).stdout).toContain("        2  a  (2 with embedding)\n");
  });
});

describe("memory export", () => {
  it("prints a record a line, which loads again as the same rows", async () => {
    const { stdout } = await call("export");
    expect(stdout.split("\n")).toHaveLength(9);
    const file = folder.text("export.jsonl", stdout);
    expect(
      await json("load", file, "--kind", "entries", "--schema", "copy", "--dimensions", "3"),
    ).toMatchObject({
      inserted: 8,
    });
    const copied = (await call("export", "--schema", "copy")).stdout;
    expect(copied.split("\n").sort()).toEqual(stdout.split("\n").sort());
    expect((await call("export", "--namespace", "b")).stdout.split("\n")).toHaveLength(2);
  });

  it("stops when its reader has gone", async () => {
    const many = folder.text(
      "many.jsonl",
      lines(...Array.from({ length: 3000 }, (_, i) => ({ key: `k${i}`, value: "x".repeat(200) }))),
    );
    await json("load", many, "--kind", "entries", "--schema", "many", "--dimensions", "3");
    const { stdout, code } = await runShell(
      `"${process.execPath}" "${entry}" memory export --schema many --dsn "${database.dsn}" | head -n 1`,
    );
    expect(stdout.split("\n")).toHaveLength(2);
    expect(code).toBe(0);
  });
});

describe("memory delete", () => {
  it("deletes by name, and says which were not there", async () => {
    const { code, stdout, stderr } = await call("delete", "plain", "a/gone");
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: "1 entry deleted.\n",
      stderr: "There is no entry a/gone.\n",
    });
    expect(await json("delete", "north/east", "--namespace", "b")).toEqual({ deleted: 1, missing: [] });
  });

  it("deletes a namespace only when it is told twice, and what has expired", async () => {
    expect((await call("delete", "--namespace", "a")).code).toBe(2);
    expect(await json("count", "--namespace", "a")).toEqual({ count: 2 });
    expect((await call("delete", "--namespace", "a", "--yes")).stdout).toBe("2 entries deleted.\n");
    await database.rows(
      "update memory.memory_entries set expires_at = '2020-01-01' where namespace = 'piped'",
    );
    expect(await json("delete", "--expired")).toEqual({ deleted: 1, missing: [] });
    expect((await call("delete")).code).toBe(2);
    expect((await call("delete", "x", "--expired")).code).toBe(2);
  });
});

describe("memory index", () => {
  it("builds the index, or says why there is none", async () => {
    const built = await json("index");
    expect(built).toMatchObject(
      built.name === null
        ? { created: false, reason: expect.stringContaining("stored as real[]") }
        : { created: true, name: "memory_entries_embedding_hnsw" },
    );
    expect((await call("index")).stdout).toMatch(
      /^(No index: .*|memory_entries_embedding_hnsw is there already)\.\n$/,
    );
  });
});

describe("doctor", () => {
  it("tells what the server is like, and which embeddings the store has and why", async () => {
    const { code, stdout } = await callCli(["doctor", ...dsn(), "--json"]);
    expect(code).toBe(0);
    const diagnosis = JSON.parse(stdout) as { memory: { embedding: { type: string } } };
    expect(diagnosis).toMatchObject({
      server: {
        version: expect.stringMatching(/^\d+/),
        role: { name: expect.any(String), canCreateSchemas: true },
        settings: expect.arrayContaining([
          { name: "fsync", value: expect.any(String), note: expect.toBeOneOf([null, expect.any(String)]) },
        ]),
      },
      catalog: { kind: "absent" },
      memory: { exists: true, embedding: { dimensions: 3 }, reason: expect.any(String) },
      notes: expect.any(Array),
    });
    const text = (await callCli(["doctor", ...dsn()])).stdout;
    expect(text).toMatch(
      /^server {4}PostgreSQL \d+.*\nsettings {2}fsync .*\ncatalog {3}none\npgvector {2}.*\nmemory {4}\d+ entr/,
    );
    expect(text).toContain(`embeddings ${diagnosis.memory.embedding.type} of 3 dimensions`);
  });

  it("tells what a new store would be like where there is none", async () => {
    const { stdout } = await callCli(["doctor", ...dsn(), "--schema", "none"]);
    expect(stdout).toMatch(/\nmemory {4}none in the schema none; a new store would /);
  });
});

const entry = new URL("../../bin/copycat.mjs", import.meta.url).pathname;

async function runShell(command: string): Promise<{ code: number | null; stdout: string }> {
  const { spawn } = await import("node:child_process");
  const child = spawn("bash", ["-o", "pipefail", "-c", command], { cwd: folder.root });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  expect(existsSync(folder.root)).toBe(true);
  return { code, stdout };
}
