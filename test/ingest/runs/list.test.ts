// Which runs there were.

import { beforeAll, describe, expect, it } from "vitest";
import { getRun, listRuns, RunRecord } from "../../../src/ingest/runs/index.ts";
import type { RunStart } from "../../../src/ingest/runs/types.ts";
import { useDatabase } from "../../support/database.ts";
import { makeReport, makeStart } from "./support.ts";

const db = useDatabase({ empty: true });

const ids = {
  old: "aaaa0000-0000-4000-8000-000000000001",
  both: "aaaa0000-0000-4000-8000-000000000002",
  failed: "bbbb0000-0000-4000-8000-000000000003",
  cut: "cccc0000-0000-4000-8000-000000000004",
};

async function record(id: string, change: Partial<RunStart>, end: (run: RunRecord) => Promise<void>) {
  const run = await RunRecord.begin(
    db.database,
    makeStart({ id, catalogSchema: db.database.catalogSchema, ...change }),
  );
  if (run === null) throw new Error("The run was not recorded.");
  await end(run);
  await run.close();
}

beforeAll(async () => {
  await record(ids.old, {}, (run) => run.finish("completed", makeReport()));
  await record(ids.both, {}, (run) => run.finish("completed", makeReport({ dataset: "EDRIXS, VDP" })));
  await record(ids.failed, { dataset: "EDRIXS" }, (run) => run.fail(new Error("no")));
  await record(ids.cut, { dataset: "EDRIXS" }, () => Promise.resolve());
});

const listed = async (options: Parameters<typeof listRuns>[1]): Promise<string[]> =>
  (await listRuns(db.database, options)).map(({ id }) => id);

describe("runs", () => {
  it("are listed newest first, so many at most", async () => {
    expect(await listed({})).toEqual([ids.cut, ids.failed, ids.both, ids.old]);
    expect(await listed({ limit: 1 })).toEqual([ids.cut]);
  });

  it("are found by one of the data sets that they filled", async () => {
    expect(await listed({ dataset: "VDP" })).toEqual([ids.both, ids.old]);
    expect(await listed({ dataset: "EDRIXS", limit: 2 })).toEqual([ids.cut, ids.failed]);
    expect(await listed({ dataset: "VD" })).toEqual([]);
  });

  it.each([
    ["completed", [ids.both, ids.old]],
    ["failed", [ids.failed]],
    ["interrupted", [ids.cut]],
    ["running", []],
  ] as const)("are found by the status %s", async (status, found) => {
    expect(await listed({ status })).toEqual(found);
  });
});

describe("one run", () => {
  it("is found by the beginning of its id, in capitals as well", async () => {
    expect((await getRun(db.database, "bbbb")).id).toBe(ids.failed);
    expect((await getRun(db.database, ids.both.toUpperCase())).id).toBe(ids.both);
  });

  it.each([
    ["aaaa", "USAGE", "More than one run begins with aaaa"],
    ["bbb", "USAGE", '"bbb" is no run. Give the first 4 or more'],
    ["bbbb%", "USAGE", '"bbbb%" is no run.'],
    ["dddd", "NOT_FOUND", "There is no run dddd."],
  ])("is not found by %s", async (prefix, code, message) => {
    await expect(getRun(db.database, prefix)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });
});
