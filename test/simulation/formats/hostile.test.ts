// Files that nobody writes on purpose: each is refused with its place, the others are read, and nothing hangs or falls over.

import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  detectSimulationFormat,
  openFolder,
  parseJson,
  RefusedPart,
} from "../../../src/simulation/formats/index.ts";
import type { SimulationUpdate } from "../../../src/simulation/types.ts";
import { useFolder } from "../../support/files.ts";
import { valuesOf } from "./support.ts";

const folder = useFolder();
const good = '{"a":{"g":{"id":[1],"x":[2]}}}';

/** Reads a folder with these files and one that is as it should be, which must always be there. */
async function partsOf(
  name: string,
  files: Record<string, string | Uint8Array>,
): Promise<(SimulationUpdate | RefusedPart)[]> {
  for (const [file, content] of Object.entries({ ...files, "t0_0_a.json": good })) {
    folder.text(`${name}/${file}`, content);
  }
  const source = await openFolder(folder.path(name));
  const found: (SimulationUpdate | RefusedPart)[] = [];
  for await (const entries of source.listUpdates()) {
    for await (const part of source.readEntries(entries)) found.push(part);
  }
  const isGood = (part: SimulationUpdate | RefusedPart): boolean =>
    !(part instanceof RefusedPart) && part.timestamp === 0;
  expect(found.filter(isGood)).toHaveLength(1);
  return found.filter((part) => !isGood(part));
}

const lists = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);

describe("names of updates", () => {
  it("with numbers that are not exact are refused, not passed over", async () => {
    const names = [
      "t9223372036854775808_0_a.json",
      "t1_9007199254740992_a.json",
      `t${"9".repeat(200)}_0_a.json`,
    ];
    const parts = await partsOf("numbers", Object.fromEntries(names.map((name) => [name, good])));
    expect(parts).toHaveLength(3);
    for (const name of names) {
      expect(parts).toContainEqual(
        expect.objectContaining({
          code: "invalid_key",
          source: folder.path(`numbers/${name}`),
          record: null,
        }),
      );
    }
  });

  it("with leading zeros are the same update, in one order everywhere", async () => {
    const parts = await partsOf("zeros", { "t007_0_a.json": good, "t7_00_a.json": good });
    expect(parts).toMatchObject([
      { timestamp: 7, iteration: 0 },
      { timestamp: 7, iteration: 0 },
    ]);
  });

  it("of links that lead nowhere, or to themselves, are refused", async () => {
    folder.folder("links");
    symlinkSync("t1_0_a.json", folder.path("links/t1_0_a.json"));
    symlinkSync("nowhere", folder.path("links/t2_0_a.json"));
    symlinkSync(".", folder.path("links/t3_0_a.json"));
    const refused = { code: "unreadable_file" };
    expect(await partsOf("links", {})).toMatchObject([refused, refused, refused]);
  });
});

describe("JSON", () => {
  it("with numbers beyond those of a float is refused: infinity would be another value", async () => {
    const digits = "9".repeat(400);
    const parts = await partsOf("infinity", {
      "t1_0_a.json": '{"a":{"g":{"id":[1],\n  "x":[1e308, -1E+400]}}}',
      "t2_0_a.json": `{"a":{"g":{"id":[1],"x":[${digits}]}}}`,
      "t3_0_a.json": '{"a":{"g":{"id":[1],"s":["1e400"],"x":[1e-400]}}}',
    });
    expect(parts).toMatchObject([
      { code: "out_of_range", position: "line 2, column 15", record: null },
      { code: "out_of_range", position: "line 1, column 26", record: null },
      { timestamp: 3 },
    ]);
    expect(valuesOf((parts[2] as SimulationUpdate).data)).toEqual({ g: { id: [1], s: ["1e400"], x: [0] } });
  });

  it("of lists in lists without end is refused, as data and beside it", async () => {
    const parts = await partsOf("deep", {
      "t1_0_a.json": `{"a":{"g":{"id":${lists(100_000)}}}}`,
      "t2_0_a.json": `{"general":${lists(100_000)},"a":{"g":{"id":[1]}}}`,
      "t3_0_a.json": `{"a":{"g":{"id":[1],"x":${lists(400)}}}}`,
    });
    expect(parts).toMatchObject([
      { code: "too_deep" },
      { code: "too_deep" },
      { code: "invalid_value", position: "/a/g/x[0][0][0]" },
    ]);
    folder.text("deep/init_data/a.json", `{"general":${lists(100_000)},"data":{"g":{"id":[1]}}}`);
    const source = await openFolder(folder.path("deep"), { initialData: folder.path("deep/init_data") });
    expect(await source.tryInitial("a")).toMatchObject({ code: "too_deep" });
  });

  it("with texts of megabytes beside long whole numbers is read", () => {
    const text = "x".repeat(10_000_000);
    expect(parseJson(`[9007199254740993,"${text}"]`)).toEqual([9007199254740993n, text]);
  });

  it("with a text that does not end is refused at once, whatever is escaped in it", async () => {
    const start = performance.now();
    const parts = await partsOf("open", { "t1_0_a.json": `[1234567890123456,"${'\\"'.repeat(200_000)}` });
    expect(parts).toMatchObject([{ code: "invalid_json", position: "line 1, column 400020" }]);
    // Tried anew from every quote it takes half a minute.
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe("MessagePack", () => {
  it("that is empty, cut off, or goes on after its end is refused", async () => {
    const parts = await partsOf("cut", {
      "t1_0_a.msgpack": "",
      "t2_0_a.msgpack": Buffer.from("81a16181a16781a26964", "hex"),
      "t3_0_a.msgpack": Buffer.from("81a16181a16781a269649101c0", "hex"),
      "t4_0_a.msgpack": Buffer.from("81a16181a16781a269649101", "hex"),
    });
    const refused = { code: "invalid_msgpack" };
    expect(parts).toMatchObject([refused, refused, refused, { timestamp: 4 }]);
  });

  it("that announces more than the file can hold takes no memory", async () => {
    const before = process.memoryUsage().rss;
    const arrays = Buffer.from("dd01ffffff".repeat(6), "hex");
    expect(await partsOf("claims", { "t1_0_a.msgpack": arrays })).toMatchObject([
      { code: "invalid_msgpack" },
    ]);
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
  });

  it("of arrays in arrays without end is refused", async () => {
    const arrays = Buffer.concat([Buffer.alloc(100_000, 0x91), Buffer.of(0xc0)]);
    expect(await partsOf("arrays", { "t1_0_a.msgpack": arrays })).toMatchObject([{ code: "too_deep" }]);
  });
});

it("a pipe in the place of a file is refused: to open it may never end", async () => {
  execFileSync("mkfifo", [folder.path("pipe.ndjson")]);
  await expect(detectSimulationFormat(folder.path("pipe.ndjson"))).rejects.toMatchObject({
    code: "UNREADABLE_SOURCE",
  });
});
