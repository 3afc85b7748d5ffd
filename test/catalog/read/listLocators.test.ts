// Where arrays lie: every array of a dataset once, at any depth, as lines of text and as Parquet.

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { type ListedLocator, listLocators, writeLocators } from "../../../src/catalog/index.ts";
import { locatorsCsv, locatorsJson, locatorsNdjson } from "../../../src/catalog/read/locatorText.ts";
import { useDatabase } from "../../support/database.ts";
import { readNdjson, useFolder } from "../../support/files.ts";
import { container, load } from "../../support/nodes.ts";
import { sourced } from "./support.ts";

const db = useDatabase();
const folder = useFolder();

beforeAll(async () => {
  await load(db.database, [
    container("/D"),
    sourced("/D/axis", { files: ["/data/axis.h5"], shape: [5] }),
    container("/D/e1"),
    sourced("/D/e1/curve", { files: ['/data/e1, "q".h5'], shape: [200], dataset: "/mh/curve" }),
    container("/D/e1/deep"),
    container("/D/e1/deep/er"),
    sourced("/D/e1/deep/er/x", { files: ["/data/e1.h5"], shape: [], parameters: { dataset: ["g", "x"] } }),
    container("/D/e2"),
    sourced("/D/e2/curve", { files: ["/data/b.h5"], shape: [3], dataset: "/c", parameters: { slice: "42" } }),
    sourced("/D/e2/part", {
      files: ["/data/b.h5"],
      shape: [3],
      dataset: "/c",
      parameters: { slice: "1:4,0" },
    }),
    sourced("/D/e2/several", { files: ["/data/p0.h5", "/data/p1.h5"], shape: [6] }),
    container("/D/curve"),
    container("/OTHER"),
    sourced("/OTHER/x", { files: ["/data/o.h5"] }),
    container("/MANY"),
    ...Array.from({ length: 2100 }, (_, index) => [
      container(`/MANY/e${index}`),
      sourced(`/MANY/e${index}/x`, { files: [`/data/${index}.h5`], shape: [2] }),
    ]).flat(),
  ]);
});

async function list(dataset: string, artifact?: string): Promise<ListedLocator[]> {
  const found: ListedLocator[] = [];
  const options = artifact === undefined ? {} : { artifact };
  for await (const locator of listLocators(db.database, dataset, options)) found.push(locator);
  return found;
}

async function lines(made: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const line of made) found.push(line);
  return found;
}

const short = ({ entity, artifact, file }: ListedLocator) => [entity, artifact, file];

describe("listLocators", () => {
  it("lists all arrays of a dataset, entity by entity, with what is needed to read them", async () => {
    expect(await list("D")).toEqual([
      {
        entity: null,
        artifact: "axis",
        file: "/data/axis.h5",
        num: null,
        dataset: "axis",
        slice: null,
        index: null,
        shape: [5],
        dtype: "float64",
      },
      expect.objectContaining({
        entity: "e1",
        artifact: "curve",
        file: '/data/e1, "q".h5',
        dataset: "/mh/curve",
      }),
      expect.objectContaining({ entity: "e1", artifact: "deep/er/x", dataset: "/g/x", shape: [1] }),
      expect.objectContaining({ entity: "e2", artifact: "curve", slice: "42", index: 42, shape: [3] }),
      expect.objectContaining({ entity: "e2", artifact: "part", slice: "1:4,0", index: null }),
      expect.objectContaining({ entity: "e2", artifact: "several", file: "/data/p0.h5", num: 0, shape: [6] }),
      expect.objectContaining({ entity: "e2", artifact: "several", file: "/data/p1.h5", num: 1, shape: [6] }),
    ]);
  });

  it("lists one artifact, at any depth", async () => {
    expect((await list("/D/", "curve")).map(short)).toEqual([
      ["e1", "curve", '/data/e1, "q".h5'],
      ["e2", "curve", "/data/b.h5"],
    ]);
    expect((await list("D", "/deep/er/x")).map(short)).toEqual([["e1", "deep/er/x", "/data/e1.h5"]]);
    expect((await list("D", "axis")).map(short)).toEqual([[null, "axis", "/data/axis.h5"]]);
    expect(await list("D", "deep")).toEqual([]);
    expect(await list("D", "%")).toEqual([]);
    expect((await list("D/e1", "er/x")).map(short)).toEqual([["deep", "er/x", "/data/e1.h5"]]);
  });

  it("lists more entities than a page holds, each once", async () => {
    const found = await list("MANY");
    expect(found.map(({ file }) => file)).toEqual(
      Array.from({ length: 2100 }, (_, index) => `/data/${index}.h5`),
    );
  });

  it.each([
    ["NOPE", undefined, "NOT_FOUND"],
    ["D/e1/curve", undefined, "USAGE"],
    ["D", "/", "USAGE"],
    ["D", "a\u0000", "USAGE"],
    ["D\u0000", undefined, "NOT_FOUND"],
  ])("refuses %j, %j", async (dataset, artifact, code) => {
    await expect(list(dataset, artifact)).rejects.toMatchObject({ code });
  });
});

describe("locators as text", () => {
  const locators = () => listLocators(db.database, "D");

  it("are one JSON object a line", async () => {
    const written = await lines(locatorsNdjson(locators()));
    expect(written.map((line) => JSON.parse(line) as unknown)).toEqual(await list("D"));
  });

  it("are CSV with a head, quoted where it must be", async () => {
    const written = await lines(locatorsCsv(locators()));
    expect(written.slice(0, 4)).toEqual([
      "entity,artifact,file,num,dataset,slice,index,shape,dtype",
      ",axis,/data/axis.h5,,axis,,,[5],float64",
      'e1,curve,"/data/e1, ""q"".h5",,/mh/curve,,,[200],float64',
      "e1,deep/er/x,/data/e1.h5,,/g/x,,,[1],float64",
    ]);
    expect(written[5]).toBe('e2,part,/data/b.h5,,/c,"1:4,0",,[3],float64');
  });

  it("are one JSON document", async () => {
    const document = (await lines(locatorsJson(locators()))).join("\n");
    expect(JSON.parse(document)).toEqual(await list("D"));
    const none = (await lines(locatorsJson(listLocators(db.database, "D", { artifact: "no" })))).join("\n");
    expect(JSON.parse(none)).toEqual([]);
  });
});

describe("writeLocators", () => {
  it("writes what the name of the file says", async () => {
    const ndjson = folder.path("out.ndjson");
    expect(await writeLocators(listLocators(db.database, "MANY"), ndjson)).toBe(2100);
    expect(await readNdjson(ndjson)).toEqual(await list("MANY"));
    const csv = folder.path("out.CSV");
    expect(await writeLocators(listLocators(db.database, "D"), csv)).toBe(7);
    expect(readFileSync(csv, "utf8").split("\n")).toHaveLength(9);
    await expect(writeLocators(listLocators(db.database, "D"), folder.path("out.txt"))).rejects.toMatchObject(
      {
        code: "USAGE",
      },
    );
  });
});
