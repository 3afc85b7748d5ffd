// What is wrong in tables becomes rejects with the row; the rest goes in.

import { beforeAll, describe, expect, it } from "vitest";
import { CopycatError } from "../../src/errors.ts";
import type { Log } from "../../src/log.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { writeSpectra } from "./manifest.support.ts";
import { nodeAt, nodesBelow, pour, sumOfNodes } from "./support.ts";

const database = useDatabase();
const folder = useFolder();

beforeAll(async () => {
  await writeSpectra(folder, "data/one.h5");
  folder.text("data/broken.h5", "no HDF5");
  folder.text("outside.h5", "");
});

/** A dataset of the tables given as lines of CSV. */
function dataset(key: string, entities: readonly string[], artifacts: readonly string[]): string {
  folder.text(`manifests/${key}_entities.csv`, `${["uid,key", ...entities].join("\n")}\n`);
  folder.text(
    `manifests/${key}_artifacts.csv`,
    `${["uid,type,file,dataset,index", ...artifacts].join("\n")}\n`,
  );
  return folder.text(`${key}.yaml`, `key: ${key}\nbase_dir: data\n`);
}

const good = "a,good,one.h5,/spectra,1";

describe("rows that cannot go in", () => {
  it.each([
    ["a,x,none.h5,/spectra,1", "missing_file", /there is no file .*none\.h5/],
    ["a,x,../outside.h5,/spectra,1", "outside_directory", /leads outside of/],
    ["a,x,broken.h5,/spectra,1", "unreadable_file", /broken\.h5/],
    ["a,x,one.h5,/nothing,1", "missing_dataset", /nothing/],
    ["a,x,one.h5,/spectra,10", "bad_index", /the index is 10, but \/spectra in .* has 10 rows/],
    ["a,x,one.h5,/spectra,1.5", "bad_index", /1\.5 is no whole number/],
    ["a,x,one.h5,/spectra,-1", "bad_index", /no whole number/],
    ["a,x,,/spectra,1", "missing_value", /no file/],
    ["a,,one.h5,/spectra,1", "missing_value", /no type/],
    ["a,x,one.h5,,1", "missing_value", /no dataset/],
    [",x,one.h5,/spectra,1", "no_entity", /no uid/],
    ["z,x,one.h5,/spectra,1", "no_entity", /there is no entity "z"/],
    ["a,x/y,one.h5,/spectra,1", "key_has_slash", /x\/y/],
    ["a,x", "missing_field", /2 cells/],
  ])("%s", async (line, code, message) => {
    const key = `K${code}_${line.length}_${line.charCodeAt(line.length - 1)}`;
    const { report, rejects } = await pour(database, folder, dataset(key, ["a,A", "b,B"], [good, line]));
    expect(rejects).toHaveLength(1);
    expect(rejects[0]).toMatchObject({ code, position: "line 3" });
    expect(rejects[0]?.source).toMatch(/_artifacts\.csv$/);
    expect(rejects[0]?.message).toMatch(message);
    expect([...(await nodesBelow(database, `/${key}`)).keys()]).toEqual([
      `/${key}`,
      `/${key}/A`,
      `/${key}/A/good`,
      `/${key}/B`,
    ]);
    expect(report.status).toBe("completed_with_rejects");
    expect(sumOfNodes(report)).toBe(report.nodes.read);
  });

  it.each([
    ["next to each other", ["a,A", "a,B"]],
    ["apart", ["a,A", "b,B", "a,C"]],
  ])("takes the first of two entities with one uid, %s", async (name, entities) => {
    const key = `TWICE${name.length}`;
    const last = entities.length + 1;
    const { rejects } = await pour(database, folder, dataset(key, entities, [good]));
    expect(rejects.map(({ code, position }) => [code, position])).toEqual([
      ["duplicate_uid", `line ${last}`],
    ]);
    expect(await nodeAt(database, `/${key}/A/good`)).toMatchObject({ family: "array" });
  });

  it("rejects an entity without uid or key, and its arrays with it", async () => {
    const { rejects } = await pour(database, folder, dataset("NOKEY", ["a,", ",B", "c,C"], [good]));
    expect(rejects.map(({ code, position }) => [code, position]).sort()).toEqual([
      ["missing_value", "line 2"],
      ["missing_value", "line 3"],
      ["no_entity", "line 2"],
    ]);
  });

  it("rejects the second array of one key", async () => {
    const { rejects } = await pour(database, folder, dataset("SAMEKEY", ["a,A"], [good, good]));
    expect(rejects).toMatchObject([{ code: "duplicate_artifact", position: "line 3" }]);
    expect(await nodeAt(database, "/SAMEKEY/A/good")).toMatchObject({ family: "array" });
  });

  it("takes the rejects of a file again once it is there", async () => {
    const yaml = dataset("AGAIN", ["a,A", "b,B"], ["a,x,late.h5,/spectra,1", "b,x,one.h5,/spectra,2"]);
    const { rejects, report } = await pour(database, folder, yaml);
    expect(rejects.map(({ code }) => code)).toEqual(["missing_file"]);
    await writeSpectra(folder, "data/late.h5");
    const again = await pour(database, folder, report.rejectsFile ?? "");
    expect(again.report.nodes).toMatchObject({ inserted: 1 });
    expect(await nodeAt(database, "/AGAIN/A/x")).toMatchObject({ family: "array" });
  });
});

describe("tables that cannot be taken", () => {
  it("names missing columns, and what was probably meant", async () => {
    folder.text("manifests/COLS_entities.csv", "uuid,key\na,A\n");
    folder.text("manifests/COLS_artifacts.csv", "uid,type,files,dataset\n");
    const failure = pour(database, folder, folder.text("COLS.yaml", "key: COLS\nbase_dir: data\n"));
    const error = await failure.catch((reason: unknown) => reason);
    if (!(error instanceof CopycatError)) throw new Error("It was taken.");
    expect(error.code).toBe("INVALID_INPUT");
    expect(error.details.map((line) => line.replaceAll(folder.root, ""))).toEqual([
      "/manifests/COLS_entities.csv: expected a column uid, got uuid, key (did you mean uuid?)",
      "/manifests/COLS_artifacts.csv: expected a column file, got uid, type, files, dataset (did you mean files?)",
    ]);
  });

  it("changes nothing when a table ends in the middle", async () => {
    const yaml = dataset("TORN", ["a,A"], [good]);
    folder.text("manifests/TORN_artifacts.csv", `uid,type,file,dataset,index\n${good}\n"a,b`);
    await expect(pour(database, folder, yaml)).rejects.toMatchObject({ code: "UNREADABLE_SOURCE" });
    expect(await nodesBelow(database, "/TORN")).toEqual(new Map());
  });
});

describe("--trust-layout", () => {
  it("opens a hundred files, takes the others to be alike, and says so", async () => {
    const numbers = Array.from({ length: 103 }, (_, index) => index);
    for (const number of numbers.slice(0, 100)) await writeSpectra(folder, `data/many/${number}.h5`);
    for (const number of numbers.slice(100)) folder.text(`data/many/${number}.h5`, "not opened");
    const yaml = dataset(
      "TRUST",
      numbers.map((number) => `u${number},E${number}`),
      numbers.map((number) => `u${number},x,many/${number}.h5,/spectra,0`),
    );
    const notices: string[] = [];
    const log = { notice: (message: string) => void notices.push(message) } as Log;
    const { report, rejects } = await pour(database, folder, yaml, { trustLayout: true, log });
    expect(rejects).toEqual([]);
    expect(report.nodes.inserted).toBe(1 + 2 * 103);
    expect(notices.join()).toContain("3 arrays were taken to be like those of the first 100 files");
    const without = await pour(database, folder, yaml, { policy: "update" });
    expect(without.rejects.map(({ code }) => code)).toEqual(Array(3).fill("unreadable_file"));
  });
});
