// Ingests that commit in parts, break off, and go on.

import { beforeAll, describe, expect, it } from "vitest";
import { deleteTrees, verifyCatalog } from "../../src/catalog/index.ts";
import { withTransaction } from "../../src/database/index.ts";
import { ingest, resumeIngest } from "../../src/ingest/index.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { nodesBelow, pour } from "./support.ts";

const folder = useFolder();
const database = useDatabase();
const whole = useDatabase();

const commitsOf = (run: string): Promise<number> =>
  database.value("select commits from copycat.run where id = $1", [run]);

/** All of a dataset but for ids. */
async function contents(of: TestDatabase, path: string): Promise<object[]> {
  return [...(await nodesBelow(of, path)).values()];
}

async function isSound(): Promise<void> {
  const { checks } = await verifyCatalog(database.database);
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
}

/** Ends the run when the given part begins to merge. */
function stopAt(part: number): { signal: AbortSignal; onProgress: (progress: { phase: string }) => void } {
  const controller = new AbortController();
  let merges = 0;
  let before = "";
  return {
    signal: controller.signal,
    onProgress: ({ phase }) => {
      if (phase === "merge" && before !== "merge") merges += 1;
      before = phase;
      if (merges === part) controller.abort();
    },
  };
}

describe("a dataset of files", () => {
  let yaml: string;

  beforeAll(async () => {
    for (let index = 0; index < 12; index++) {
      await folder.hdf5(`FILES/f${String(index).padStart(2, "0")}.h5`, {
        children: { T: { data: index }, m: { data: new Float64Array(2) }, n: { data: new Float32Array(3) } },
      });
    }
    yaml = folder.text(
      "FILES.yaml",
      "label: FILES\nkey: FILES\ndata: { directory: FILES, layout: per_entity }\n" +
        "artifacts: [{ type: m, dataset: /m }, { type: n, dataset: /n }]\n",
    );
    await pour(whole, folder, yaml);
  });

  it("is committed between files, and is what it is in one go", async () => {
    const { report } = await pour(database, folder, yaml, { commitEvery: 7 });
    expect(report.nodes).toMatchObject({ read: 37, inserted: 37 });
    // 1 + 6, then 9 at a time, and what is left.
    expect(await commitsOf(report.run)).toBe(5);
    expect(await contents(database, "/FILES")).toEqual(await contents(whole, "/FILES"));
    expect((await pour(database, folder, yaml)).report.files).toMatchObject({ read: 0, unchanged: 12 });
    await isSound();
    const id = await database.value<number>("select id from nodes where key = 'FILES'");
    const schema = database.database.catalogSchema;
    await withTransaction(database.database, (client) => deleteTrees(client, [id], { schema }));
    await isSound();
  });

  it("keeps what was committed when it breaks off, says so, and goes on", async () => {
    const failed = pour(database, folder, yaml, { commitEvery: 7, ...stopAt(3) });
    await expect(failed).rejects.toMatchObject({
      code: "CANCELLED",
      message: expect.stringMatching(
        /The 2 parts before it are in, and `copycat ingest --resume [0-9a-f-]{36}` goes/,
      ),
    });
    expect((await nodesBelow(database, "/FILES")).size).toBe(16);
    await isSound();
    const [run] = await database.rows<{ id: string; status: string; commits: number }>(
      "select id, status, commits from copycat.run order by started_at desc limit 1",
    );
    expect(run).toMatchObject({ status: "failed", commits: 2 });
    const report = await resumeIngest(database.database, run?.id ?? "", { workers: 1 });
    expect(report).toMatchObject({ run: run?.id, status: "completed" });
    expect(report.files).toMatchObject({ read: 7, unchanged: 0 });
    expect(report.nodes).toMatchObject({ read: 21, inserted: 21, skipped: 0 });
    expect(await contents(database, "/FILES")).toEqual(await contents(whole, "/FILES"));
    const counts = await database.value("select counts -> 'nodes' from copycat.run where id = $1", [run?.id]);
    expect(counts).toMatchObject({ read: 37, inserted: 37 });
    await isSound();
    await expect(resumeIngest(database.database, run?.id ?? "")).rejects.toMatchObject({ code: "USAGE" });
  });
});

describe("a file in which each row is an entity", () => {
  const rows = 2500;
  let yaml: string;

  beforeAll(async () => {
    await folder.hdf5("ROWS/all.h5", {
      children: {
        params: { children: { T: { data: Float64Array.from({ length: rows }, (_, index) => index) } } },
        m: { data: new Float64Array(rows * 2), shape: [rows, 2] },
      },
    });
    yaml = folder.text(
      "ROWS.yaml",
      "label: ROWS\nkey: ROWS\ndata: { directory: ROWS, layout: batched }\n" +
        "parameters: { location: group, group: /params }\nartifacts: [{ type: m, dataset: /m }]\n",
    );
    await pour(whole, folder, yaml);
  });

  it("goes on in the middle of the file, and is known as a whole in the end", async () => {
    await expect(pour(database, folder, yaml, { commitEvery: 700, ...stopAt(4) })).rejects.toThrow(
      "--resume",
    );
    const before = (await nodesBelow(database, "/ROWS")).size;
    expect(before).toBeGreaterThan(2000);
    expect(before % 2).toBe(1);
    const id = await database.value<string>("select id from copycat.run order by started_at desc limit 1");
    const report = await resumeIngest(database.database, id, { workers: 1 });
    expect(report.nodes).toMatchObject({ read: 2 * rows + 1 - before, inserted: 2 * rows + 1 - before });
    expect(await contents(database, "/ROWS")).toEqual(await contents(whole, "/ROWS"));
    const again = await pour(database, folder, yaml);
    expect(again.report.nodes).toMatchObject({ unchanged: 2 * rows + 1 });
    expect(
      await database.value("select cardinality(tops) from copycat.file where dataset = 'ROWS' and nodes > 1"),
    ).toBe(rows);
    await isSound();
  });
});

describe("records that come as one stream", () => {
  it("go on after those that are in, also under policy error", async () => {
    const lines = [JSON.stringify({ path: "/STREAM", structure_family: "container" })];
    for (let index = 0; index < 50; index++) {
      lines.push(
        JSON.stringify({ path: `/STREAM/e${index}`, structure_family: "container", metadata: { index } }),
      );
    }
    const file = folder.text("stream.ndjson", `${lines.join("\n")}\n`);
    const options = { inputs: [file], commitEvery: 10, policy: "error" as const };
    await expect(ingest(database.database, { ...options, ...stopAt(3) })).rejects.toThrow("The 2 parts");
    const id = await database.value<string>("select id from copycat.run order by started_at desc limit 1");
    const report = await resumeIngest(database.database, id);
    expect(report.nodes).toMatchObject({ read: 31, inserted: 31 });
    expect((await nodesBelow(database, "/STREAM")).size).toBe(51);
    await isSound();
  });
});
