// The record of a run: begun, moved on in parts, finished, failed, taken up again.

import { hostname, userInfo } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { withTransaction } from "../../../src/database/index.ts";
import { CopycatError } from "../../../src/errors.ts";
import { getRun, listRuns, noCounts, RunRecord } from "../../../src/ingest/runs/index.ts";
import type { RunStart } from "../../../src/ingest/runs/types.ts";
import { readVersion } from "../../../src/version.ts";
import { useDatabase } from "../../support/database.ts";
import { makeReport, makeStart } from "./support.ts";

const db = useDatabase({ empty: true });
const open: RunRecord[] = [];

afterEach(async () => {
  for (const record of open.splice(0)) await record.close();
});

async function begin(change: Partial<RunStart> = {}): Promise<RunRecord> {
  const record = await RunRecord.begin(db.database, makeStart(change));
  if (record === null) throw new Error("The run was not recorded.");
  open.push(record);
  return record;
}

async function resume(id: string): Promise<Awaited<ReturnType<typeof RunRecord.resume>>> {
  const resumed = await RunRecord.resume(db.database, id);
  open.push(resumed.record);
  return resumed;
}

const advance = (record: RunRecord, inserted: number, position: unknown): Promise<void> =>
  withTransaction(db.database, (client) =>
    record.advance(client, { nodes: { read: inserted, inserted } }, position),
  );

/** Of this database: other test files hold locks in theirs. */
const held = `from pg_locks where locktype = 'advisory' and classid = 7266838
  and database = (select oid from pg_database where datname = current_database())`;

const locks = (): Promise<number> => db.value(`select count(*)::int ${held}`);

describe("a run", () => {
  it("is recorded as running, with who runs it, in tables that it makes", async () => {
    expect(await listRuns(db.database)).toEqual([]);
    const { id } = await begin();
    expect(await getRun(db.database, id)).toEqual({
      id,
      status: "running",
      dataset: "VDP",
      source: "VDP",
      inputs: ["/data/vdp.yaml"],
      startedAt: expect.any(Date),
      finishedAt: null,
      elapsedMs: null,
      version: readVersion(),
      databaseUser: await db.value("select current_user"),
      systemUser: userInfo().username,
      by: null,
      host: hostname(),
      processId: process.pid,
      counts: noCounts(),
      commits: 0,
      rejectsFile: "/data/rejects.ndjson",
      error: null,
      catalogSchema: "public",
      options: { policy: "update", limit: null },
      position: null,
      report: null,
    });
  });

  it("is completed with the report, its counts and its data set", async () => {
    const record = await begin({ dataset: "-" });
    const report = makeReport({ status: "completed_with_rejects", rejectsFile: "/data/r.ndjson" });
    await record.finish("completed_with_rejects", report);
    await record.close();
    const run = await getRun(db.database, record.id);
    expect(run).toMatchObject({
      status: "completed_with_rejects",
      dataset: "VDP",
      finishedAt: expect.any(Date),
      elapsedMs: expect.any(Number),
      rejectsFile: "/data/r.ndjson",
      error: null,
    });
    expect(run.report).toEqual(report);
    expect(run.counts).toEqual({
      ...noCounts(),
      nodes: report.nodes,
      dataSources: { inserted: 5 },
      structures: { inserted: 1 },
      assets: { inserted: 4 },
      closure: { rows: 30 },
      files: { ...noCounts().files, read: 4 },
    });
  });

  it("that failed keeps why, every mistake of it", async () => {
    const record = await begin();
    await record.fail(
      new CopycatError("INVALID_INPUT", "vdp.yaml has 2 mistakes.", { details: ["lable", "a\0b"] }),
    );
    const run = await getRun(db.database, record.id);
    expect(run).toMatchObject({
      status: "failed",
      error: "vdp.yaml has 2 mistakes.\nlable\nab",
      report: null,
    });
  });

  it("holds a lock in no transaction, and lets it go when it is closed", async () => {
    const before = await locks();
    const record = await begin();
    expect(await locks()).toBe(before + 1);
    const idle = `\
select count(*)::int from pg_stat_activity where state = 'idle' and xact_start is null and pid in (select pid ${held})`;
    expect(await db.value(idle)).toBe(before + 1);
    await record.close();
    // The server takes a moment to see that a connection is gone.
    await expect.poll(locks).toBe(before);
  });

  it("that did not end before its process did is interrupted", async () => {
    const record = await begin();
    await record.close();
    expect((await getRun(db.database, record.id)).status).toBe("interrupted");
    expect(await db.value("select status from copycat.run where id = $1", [record.id])).toBe("running");
  });

  it("goes on to its end when the connection of its lock breaks", async () => {
    const record = await begin();
    await db.rows(`select pg_terminate_backend(pid) ${held}`);
    await expect.poll(locks).toBe(0);
    expect((await getRun(db.database, record.id)).status).toBe("interrupted");
    await record.finish("completed", makeReport());
    await record.close();
    expect((await getRun(db.database, record.id)).status).toBe("completed");
  });

  it("whose record cannot be completed is told, and no failure", async () => {
    const notices: string[] = [];
    const log = { notice: (message: string) => void notices.push(message) };
    const record = await RunRecord.begin(db.database, makeStart(), log);
    await db.rows("delete from copycat.run where id = $1", [record?.id]);
    await record?.finish("completed", makeReport());
    await record?.close();
    expect(notices).toEqual([
      expect.stringMatching(/^All is in, but the record of the run [0-9a-f-]{36} could not/),
    ]);
  });
});

describe("a run that commits in parts", () => {
  it("adds the counts of each part and knows where the last one ended", async () => {
    const record = await begin();
    await advance(record, 5, { file: "a.h5" });
    await advance(record, 7, { file: "b.h5" });
    expect(await getRun(db.database, record.id)).toMatchObject({
      counts: { nodes: { read: 12, inserted: 12 } },
      position: { file: "b.h5" },
      commits: 2,
      elapsedMs: expect.any(Number),
    });
  });

  it("has nothing of a part that was rolled back", async () => {
    const record = await begin();
    await advance(record, 5, 1);
    const broken = withTransaction(db.database, async (client) => {
      await record.advance(client, { nodes: { inserted: 7 } }, 2);
      throw new Error("the rows were refused");
    });
    await expect(broken).rejects.toThrow("the rows were refused");
    expect(await getRun(db.database, record.id)).toMatchObject({
      counts: { nodes: { inserted: 5 } },
      position: 1,
      commits: 1,
    });
  });

  it("keeps the counts of its parts when it is finished, unless it is given others", async () => {
    const [first, second] = [await begin(), await begin()];
    for (const record of [first, second]) await advance(record, 5, 1);
    await first.finish("completed", makeReport());
    await second.finish("completed", makeReport(), { nodes: { inserted: 6 } });
    expect(await getRun(db.database, first.id)).toMatchObject({
      counts: { nodes: { inserted: 5, updated: 0 } },
      position: null,
    });
    expect((await getRun(db.database, second.id)).counts.nodes.inserted).toBe(6);
  });

  it("cannot move on once another process has taken it up", async () => {
    const record = await begin();
    await db.rows("update copycat.run set process_id = process_id + 1 where id = $1", [record.id]);
    await expect(advance(record, 5, 1)).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("Another process has taken up the run"),
    });
  });
});

describe("taking a run up", () => {
  it("goes on with the counts, the position and the time of one that was interrupted", async () => {
    const start = makeStart();
    const record = await begin(start);
    await advance(record, 5, { file: "a.h5" });
    await db.rows("update copycat.run set elapsed_ms = 60000, host = 'elsewhere' where id = $1", [record.id]);
    await record.close();
    const { record: again, ...known } = await resume(record.id.slice(0, 13));
    expect(known).toEqual({
      start,
      counts: { ...noCounts(), nodes: { ...noCounts().nodes, read: 5, inserted: 5 } },
      position: { file: "a.h5" },
      commits: 1,
    });
    expect(await getRun(db.database, record.id)).toMatchObject({ status: "running", host: hostname() });
    await advance(again, 7, { file: "b.h5" });
    await again.finish("completed", makeReport());
    const run = await getRun(db.database, record.id);
    expect(run).toMatchObject({ status: "completed", commits: 2, counts: { nodes: { inserted: 12 } } });
    expect(run.elapsedMs).toBeGreaterThanOrEqual(60_000);
    expect(run.elapsedMs).toBeLessThan(90_000);
  });

  it("forgets why one failed", async () => {
    const record = await begin();
    await record.fail(new Error("the server has gone"));
    await record.close();
    await resume(record.id);
    expect(await getRun(db.database, record.id)).toMatchObject({
      status: "running",
      error: null,
      finishedAt: null,
    });
  });

  it("is refused while it goes on, once it is completed, and for standard input", async () => {
    const going = await begin();
    await expect(resume(going.id)).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining(
        `is still going on, as process ${process.pid} on ${hostname()} since 2`,
      ),
    });
    const done = await begin();
    await done.finish("completed", makeReport());
    await done.close();
    await expect(resume(done.id)).rejects.toMatchObject({ code: "USAGE" });
    const piped = await begin({ inputs: ["-"] });
    await piped.close();
    await expect(resume(piped.id)).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("copycat ingest -"),
    });
    await expect(resume("ffffffff")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("of two at once lets one have it, and the other one can when the first has let go", async () => {
    const record = await begin();
    await record.close();
    const both = await Promise.allSettled([resume(record.id), resume(record.id)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(both.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "CONFLICT" } });
    await open.pop()?.close();
    await resume(record.id);
  });
});
