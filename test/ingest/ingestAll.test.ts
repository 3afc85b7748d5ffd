// Several data sets in one go: each by itself, whatever becomes of the others.

import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CopycatError } from "../../src/errors.ts";
import {
  checkGroups,
  type GroupProgress,
  type GroupResult,
  type IngestAllOptions,
  ingestAll,
  sumReports,
} from "../../src/ingest/index.ts";
import { noFiles } from "../../src/ingest/types.ts";
import { useDatabase } from "../support/database.ts";
import { readNdjson, useFolder } from "../support/files.ts";
import { smallInputs } from "../support/smallInputs.ts";
import { makeReport } from "./runs/support.ts";

const db = useDatabase();
const folder = useFolder();

const { dataset, records } = smallInputs(folder);

const badYaml = (): string => folder.text("bad.yaml", "label: X\nlable: X\n");

function pourAll(inputs: readonly string[], options: Partial<IngestAllOptions> = {}): Promise<GroupResult[]> {
  return ingestAll(db.database, { inputs, workers: 1, ...options });
}

const isIn = async (key: string): Promise<boolean> =>
  (await db.value<number>("select count(*)::int from nodes where parent = 0 and key = $1", [key])) === 1;

describe("groups", () => {
  it("are each dataset and each folder, and files that follow each other", async () => {
    const yaml = await dataset("GROUPED");
    const h5 = folder.path("GROUPED/a.h5");
    const first = records("g1.ndjson", "/g1");
    const second = records("g2.ndjson", "/g2");
    const inputs = [h5, first, yaml, folder.path("GROUPED"), second, "-", h5];
    const groups = await checkGroups({ inputs, stdin: process.stdin });
    expect(groups.map((group) => group.inputs)).toEqual([
      [h5, first],
      [yaml],
      [folder.path("GROUPED")],
      [second, "-", h5],
    ]);
    expect(groups.map(({ name }) => name)).toEqual([
      `a.h5 and ${first}`,
      "GROUPED",
      "GROUPED",
      `${second} and 2 more`,
    ]);
  });

  it("of which some cannot be opened carry why; what is not there counts as what it looks like", async () => {
    const good = records("good.ndjson", "/good");
    const missing = folder.path("missing");
    const groups = await checkGroups({ inputs: [missing, good, badYaml(), good, `${missing}.h5`] });
    expect(groups.map(({ inputs, error }) => [inputs.length, (error as CopycatError | null)?.code])).toEqual([
      [1, "UNREADABLE_SOURCE"],
      [1, undefined],
      [1, "INVALID_INPUT"],
      [2, "UNREADABLE_SOURCE"],
    ]);
  });

  it("of which none can be opened are one error with every mistake, and a single one is its own", async () => {
    const missing = folder.path("missing");
    await expect(checkGroups({ inputs: [missing] })).rejects.toMatchObject({
      code: "UNREADABLE_SOURCE",
      message: `Cannot read ${missing}: it does not exist.`,
    });
    const both = checkGroups({ inputs: [folder.text("x.png", "x"), badYaml(), missing] });
    await expect(both).rejects.toMatchObject({
      code: "INVALID_INPUT",
      message: "None of the 3 inputs can be taken; nothing was changed.",
      details: [
        expect.stringContaining("x.png is none of: a dataset YAML"),
        expect.stringContaining("bad.yaml has 3 mistakes."),
        expect.stringMatching(/^ {2}bad\.yaml:/),
        expect.stringMatching(/^ {2}bad\.yaml:/),
        expect.stringMatching(/^ {2}bad\.yaml:/),
        `Cannot read ${missing}: it does not exist.`,
      ],
    });
  });

  it("are refused when standard input is named twice, or another group's input for the rejects", async () => {
    const twice = checkGroups({ inputs: ["-", badYaml(), "-"], stdin: process.stdin });
    await expect(twice).rejects.toMatchObject({ code: "USAGE" });
    const yaml = await dataset("PRECIOUS");
    const good = records("precious.ndjson", "/precious");
    await expect(checkGroups({ inputs: [yaml, good], rejectsFile: good })).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("is an input"),
    });
  });
});

describe("several data sets", () => {
  it("go in each in its own run, with its own report and progress", async () => {
    const progress: GroupProgress[] = [];
    const ended: string[] = [];
    const results = await pourAll([await dataset("ONE"), await dataset("TWO")], {
      onProgress: (now) => progress.push(now),
      onResult: ({ group }) => ended.push(group.name),
    });
    const reports = results.map(({ report }) => report);
    expect(reports.map((report) => [report?.dataset, report?.status, report?.nodes.inserted])).toEqual([
      ["ONE", "completed", 3],
      ["TWO", "completed", 3],
    ]);
    expect(reports[0]?.run).not.toBe(reports[1]?.run);
    expect(ended).toEqual(["ONE", "TWO"]);
    const places = progress.map(({ group }) => `${group?.number}/${group?.count} ${group?.name}`);
    expect([...new Set(places)]).toEqual(["1/2 ONE", "2/2 TWO"]);
  });

  it("of which one fails leave the others in, before it and after it", async () => {
    const conflicting = records("conflicting.ndjson", "/NEW", "/ONE");
    const results = await pourAll(
      [await dataset("BEFORE"), conflicting, await dataset("AFTER"), folder.path("missing")],
      { policy: "error" },
    );
    expect(results.map(({ error }) => (error instanceof CopycatError ? error.code : error))).toEqual([
      null,
      "CONFLICT",
      null,
      "UNREADABLE_SOURCE",
    ]);
    expect(await Promise.all(["BEFORE", "NEW", "AFTER"].map(isIn))).toEqual([true, false, true]);
  });

  it("share one file of rejects, which begins anew, though one failed by having too many", async () => {
    const rejectsFile = folder.path("shared.ndjson");
    const inputs = [
      await dataset("R1", "other"),
      records("many.ndjson", "/x/y", "/x/z"),
      await dataset("R2"),
      await dataset("R3", "other"),
    ];
    for (const round of [1, 2]) {
      const results = await pourAll(inputs, { rejectsFile, maxRejects: 1 });
      expect(results.map(({ report, error }) => report?.status ?? (error as CopycatError).code)).toEqual([
        "completed_with_rejects",
        "TOO_MANY_REJECTS",
        "completed",
        "completed_with_rejects",
      ]);
      const sources = (await readNdjson(rejectsFile)).map(({ source }) => source);
      expect(sources, `round ${round}`).toEqual([
        folder.path("R1/a.h5"),
        folder.path("many.ndjson"),
        folder.path("many.ndjson"),
        folder.path("R3/a.h5"),
      ]);
    }
  });

  it("without rejects leave a file of rejects alone, and make none", async () => {
    const rejectsFile = folder.path("none.ndjson");
    await pourAll([await dataset("N1"), await dataset("N2")], { rejectsFile });
    expect(existsSync(rejectsFile)).toBe(false);
  });

  it("after an abort are not begun", async () => {
    const stop = new AbortController();
    const results = await pourAll([await dataset("S1"), await dataset("S2"), await dataset("S3")], {
      signal: stop.signal,
      onProgress: ({ group, phase }) => {
        if (group?.number === 2 && phase === "read") stop.abort();
      },
    });
    expect(results.map(({ error }) => (error as CopycatError | null)?.message ?? null)).toEqual([
      null,
      "Cancelled; nothing was changed.",
      "Cancelled before it was begun.",
    ]);
    expect(await Promise.all(["S1", "S2", "S3"].map(isIn))).toEqual([true, false, false]);
  });

  it("are counted by a dry run without any database", async () => {
    const results = await ingestAll(null, {
      inputs: [await dataset("D1"), await dataset("D2")],
      dryRun: true,
      workers: 1,
    });
    expect(sumReports(results)).toMatchObject({ dryRun: true, nodes: { read: 6, inserted: 6 } });
  });
});

describe("the sum", () => {
  const group = (name: string) => ({ inputs: [`${name}.yaml`], name, error: null });
  const done = (name: string, change: Parameters<typeof makeReport>[0] = {}): GroupResult => ({
    group: group(name),
    report: makeReport({ dataset: name, source: name, run: name, ...change }),
    error: null,
  });

  it("adds counts and times up, phase by phase, and keeps each report", () => {
    const second = done("B", {
      source: "A",
      phases: [
        { name: "read", elapsedMs: 4, rows: 20 },
        { name: "copy", elapsedMs: 5, rows: 20 },
      ],
      peakRssBytes: 7,
      readableStorage: ["/data", "/more"],
    });
    const first = done("A");
    expect(sumReports([first, second])).toEqual({
      run: null,
      status: "completed",
      dataset: "A, B",
      source: "A",
      dryRun: false,
      mode: "offline",
      triggers: "disable",
      nodes: { read: 20, inserted: 14, updated: 2, unchanged: 4, skipped: 0, rejected: 0 },
      dataSources: { inserted: 10 },
      structures: { inserted: 2 },
      assets: { inserted: 8 },
      closure: { strategy: "rebuild", rows: 60, elapsedMs: 18 },
      phases: [
        { name: "read", elapsedMs: 7, rows: 30 },
        { name: "copy", elapsedMs: 5, rows: 20 },
      ],
      elapsedMs: 200,
      nodesPerSecond: 100,
      peakRssBytes: 7,
      files: { ...noFiles, read: 8 },
      readableStorage: ["/data", "/more"],
      rejectsFile: null,
      datasets: [first.report, second.report],
    });
    // What was added up is not what was given.
    expect(first.report?.phases).toEqual([{ name: "read", elapsedMs: 3, rows: 10 }]);
  });

  it("is offline as soon as one group was, and names a file of rejects that they share", () => {
    const online = { mode: "online", closure: { strategy: "delta", rows: 1, elapsedMs: 1 } } as const;
    const shared = { rejectsFile: "/r.ndjson", status: "completed_with_rejects" } as const;
    expect(sumReports([done("A", shared), done("B", { ...online, ...shared })])).toMatchObject({
      status: "completed_with_rejects",
      mode: "offline",
      triggers: "disable",
      closure: { strategy: "rebuild", rows: 31 },
      rejectsFile: "/r.ndjson",
    });
    expect(sumReports([done("A", online), done("B", online)])).toMatchObject({
      mode: "online",
      closure: { strategy: "delta", rows: 2 },
    });
    expect(sumReports([done("A", shared), done("B", { ...shared, rejectsFile: "/s" })]).rejectsFile).toBe(
      null,
    );
  });

  it("has failed as soon as one has, and says with what", () => {
    const details = ["bad.yaml:1:1: label"];
    const error = new CopycatError("INVALID_INPUT", "bad.yaml has 1 mistake.", { details });
    const failed: GroupResult = { group: group("bad"), report: null, error };
    const defect: GroupResult = { group: group("worse"), report: null, error: new TypeError("x is not a y") };
    expect(sumReports([failed, defect])).toMatchObject({
      status: "failed",
      dataset: "bad, worse",
      source: "",
      mode: null,
      closure: { strategy: null, rows: 0 },
      datasets: [
        {
          dataset: "bad",
          inputs: ["bad.yaml"],
          status: "failed",
          error: { code: "INVALID_INPUT", message: "bad.yaml has 1 mistake.", details },
        },
        { dataset: "worse", status: "failed", error: { code: "INTERNAL", message: "x is not a y" } },
      ],
    });
  });
});
