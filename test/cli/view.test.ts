// copycat view and copycat sources; views follow an ingest.

import { beforeAll, describe, expect, it } from "vitest";
import { callCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";

const db = useDatabase();
const folder = useFolder();

const call = (...args: string[]) => callCli([...args, "--dsn", db.dsn]);

async function callJson(...args: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await call(...args, "--json");
  return JSON.parse(stdout) as Record<string, unknown>;
}

const addFile = (name: string, children: Record<string, { data: number }>) =>
  folder.hdf5(`VDP/${name}.h5`, { children: { ...children, m: { data: 1 } } });

let yaml: string;

beforeAll(async () => {
  await addFile("a", { J: { data: -1 } });
  await addFile("b", { J: { data: 0.5 } });
  yaml = folder.text(
    "vdp.yaml",
    "label: Spins\nkey: VDP\ndata: { directory: VDP, layout: per_entity }\nartifacts: [{ type: m, dataset: /m }]\n",
  );
  expect((await call("ingest", yaml, "--quiet")).code).toBe(0);
});

describe("sources", () => {
  it("prints each modality with its keys", async () => {
    const { code, stdout } = await call("sources");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Spins {2}2 entities, 2 arrays\n/);
    expect(stdout).toMatch(/\n {2}J +number, in 100 %, 2 distinct, -1 to 0\.5\n/);
    expect(stdout).toMatch(/\n {2}and \d locators? \(path_\.\.\., /);
    expect(stdout).not.toContain("path_m");
  });

  it("prints JSON", async () => {
    const { sources } = (await callJson("sources")) as { sources: { keys: object[] }[] };
    expect(sources).toMatchObject([{ source: "Spins", entities: 2, arrays: 2 }]);
    expect(sources[0]?.keys).toContainEqual({
      ...{ key: "J", types: { number: 2 }, present: 2, presence: 1, distinct: 2, isEstimate: false },
      ...{ min: -1, max: 0.5 },
    });
  });

  it("says in its help what the label is and which index serves it", async () => {
    const { stdout } = await callCli(["sources", "--help"]);
    expect(stdout).toContain("copycat index add source");
  });
});

describe("view", () => {
  it("create prints the columns and a query to begin with", async () => {
    const { code, stdout } = await call("view", "create", "VDP");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^"copycat_views"\."VDP": 2 rows of \/VDP, \d+ metadata columns \(\d+ ms\)\n/);
    expect(stdout).toContain("\n  J  double precision\n");
    expect(stdout).toMatch(/\n\nselect \* from "copycat_views"\."VDP" limit 5;\n$/);
  });

  it("list tells rows and age", async () => {
    expect((await call("view", "list")).stdout).toMatch(
      /^"copycat_views"\."VDP" {2}\/VDP {2}2 rows, \S+ kB, refreshed \d{4}-\S+Z\n$/,
    );
    expect(await callJson("view", "list")).toMatchObject({
      views: [{ name: "VDP", isStale: false, exists: true }],
    });
  });

  it("follows an ingest by itself; a new key is a notice", async () => {
    await addFile("c", { J: { data: 7 }, K: { data: 1 } });
    const { code, stderr } = await call("ingest", yaml);
    expect(code).toBe(0);
    expect(stderr).toContain(
      "The view VDP has no column for K; `copycat view create /VDP --name VDP --replace`",
    );
    expect(await db.rows(`select key, "J" from copycat_views."VDP" order by id`)).toEqual([
      { key: "a", J: -1 },
      { key: "b", J: 0.5 },
      { key: "c", J: 7 },
    ]);
    expect((await call("view", "create", "VDP", "--replace")).stdout).toContain("  K  ");
  });

  it("is left alone by a dry run and by an ingest that changes nothing", async () => {
    const stamp = () => db.value("select refreshed_at::text from copycat.dataset_view");
    const before = await stamp();
    expect((await call("ingest", yaml)).stderr).not.toContain("view");
    await call("ingest", yaml, "--dry-run");
    expect(await stamp()).toBe(before);
  });

  it("that cannot be refreshed does not fail the ingest", async () => {
    await db.rows(`drop materialized view copycat_views."VDP"`);
    await addFile("d", { J: { data: 8 } });
    const { code, stdout, stderr } = await call("ingest", yaml, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: "completed", nodes: { inserted: 2 } });
    expect(stderr).toContain("The view VDP was not refreshed");
    expect((await call("view", "list")).stdout).toContain("GONE");
  });

  it("refresh and drop take names, and say when there is none", async () => {
    expect((await call("view", "drop", "VDP")).stdout).toBe("Dropped the view VDP.\n");
    expect((await call("view", "drop", "VDP")).code).toBe(1);
    expect(await call("view", "refresh")).toEqual({ code: 0, stdout: "", stderr: "There are no views.\n" });
    expect((await call("view", "create", "VDP", "--name", "spins", "--schema", "lab")).code).toBe(0);
    expect((await call("view", "refresh", "spins")).stdout).toMatch(/^spins: refreshed in \d+ ms\n$/);
    expect(await callJson("view", "refresh")).toMatchObject({
      refreshed: [{ schema: "lab", name: "spins" }],
    });
    expect((await call("view", "refresh", "VDP")).code).toBe(1);
    expect(await callJson("view", "drop", "spins", "--schema", "lab")).toEqual({ dropped: true });
  });
});
