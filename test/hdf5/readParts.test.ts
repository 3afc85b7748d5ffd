// Many arrays in one go, from files that stay open for a moment.

import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CopycatError } from "../../src/errors.ts";
import { type ArrayData, openHdf5Reader, writeHdf5 } from "../../src/hdf5/index.ts";
import { temporaryFolder } from "./temporary.ts";

const at = temporaryFolder();
const fixture = (name: string) => new URL(`./fixtures/${name}`, import.meta.url).pathname;
const reader = openHdf5Reader({ workers: 1 });
afterAll(() => reader.close());

function openDescriptors(prefix: string): number {
  return readdirSync("/proc/self/fd").filter((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`).startsWith(prefix);
    } catch {
      return false;
    }
  }).length;
}

function doubles(answer: ArrayData | CopycatError | undefined): number[] {
  if (answer === undefined || answer instanceof CopycatError) throw answer;
  return [...new Float64Array(answer.bytes.buffer)];
}

const writeDoubles = (file: string, values: number[]): Promise<void> =>
  writeHdf5(file, { children: { d: { data: Float64Array.from(values) } } });

describe("readParts", () => {
  beforeAll(async () => {
    for (let index = 0; index < 50; index++) await writeDoubles(at(`f${index}.h5`), [index, index + 0.5]);
  });

  it("gives what was asked for in its order, of more files than stay open", async () => {
    const parts = Array.from({ length: 150 }, (_, index) => ({
      file: at(`f${(index * 7) % 50}.h5`),
      dataset: "d",
      view: { part: [index % 2] },
    }));
    const answers = await reader.readParts(parts);
    expect(answers.map((answer) => doubles(answer)[0])).toEqual(
      parts.map((_, index) => ((index * 7) % 50) + (index % 2) / 2),
    );
    expect(openDescriptors(at("f"))).toBeLessThanOrEqual(64);
  });

  it("gives nothing for nothing", async () => {
    expect(await reader.readParts([])).toEqual([]);
  });

  it("says of each part by itself what is wrong with it, and gives the rest", async () => {
    writeFileSync(at("text.h5"), "text");
    const good = { file: at("f1.h5"), dataset: "/d" };
    const answers = await reader.readParts([
      good,
      { file: at("gone.h5"), dataset: "/d" },
      { file: at("f1.h5"), dataset: "/gone" },
      { file: at("text.h5"), dataset: "/d" },
      { file: at("f1.h5"), dataset: "/d", view: { shape: [3] } },
      { file: at("f1.h5"), dataset: "/d", view: { part: [2] } },
      { file: fixture("filters.h5"), dataset: "/lzf" },
      { file: at("f1.h5"), dataset: "/" },
      good,
    ]);
    const told = answers.map((answer) =>
      answer instanceof CopycatError ? [answer.code, answer.message] : "read",
    );
    expect(told).toEqual([
      "read",
      ["UNREADABLE_SOURCE", `${at("gone.h5")}: there is no such file`],
      ["NOT_FOUND", `${at("f1.h5")}: there is no dataset /gone in ${at("f1.h5")}`],
      ["UNREADABLE_SOURCE", `${at("text.h5")} is not an HDF5 file (no signature found)`],
      ["UNREADABLE_SOURCE", `${at("f1.h5")}: /d has shape [2], which is not the shape [3] that is expected`],
      ["USAGE", `${at("f1.h5")}: /d: index 2 is out of bounds for axis 0, which has 2 elements`],
      ["UNREADABLE_SOURCE", `${fixture("filters.h5")}: /lzf cannot be read: the filter lzf is not built in`],
      ["NOT_FOUND", expect.stringContaining("is a group, not a dataset")],
      "read",
    ]);
  });

  it("reads what only the library can: variable-length strings, compounds, links", async () => {
    const answers = await reader.readParts([
      { file: fixture("strings.h5"), dataset: "/vlen", view: { part: [1] } },
      { file: fixture("compounds.h5"), dataset: "/padded" },
      { file: fixture("links.h5"), dataset: "/soft", view: { part: [{ start: 1, stop: null, step: 1 }] } },
      { file: fixture("links.h5"), dataset: "/external" },
      { file: fixture("compounds.h5"), dataset: "/array_type", view: { part: [1, "...", 2] } },
    ]);
    const [text, padded, soft, external, inner] = answers as ArrayData[];
    expect(Buffer.from(text?.bytes ?? []).toString()).toBe("längste");
    expect(text?.shape).toEqual([]);
    expect(padded?.offsets).toEqual([
      { offset: 0, inner: null },
      { offset: 8, inner: null },
    ]);
    expect([...new BigInt64Array(soft?.bytes.buffer as ArrayBuffer)]).toEqual([1n, 2n]);
    expect([...new Float64Array(external?.bytes.buffer as ArrayBuffer)]).toEqual([0, 1]);
    // Elements are arrays of two by three, big-endian: of the second one the last column, 8 and 11.
    expect(inner).toMatchObject({ shape: [2], dataType: { kind: "i", itemsize: 2, endianness: "big" } });
    expect(Buffer.from(inner?.bytes ?? []).toString("hex")).toBe("0008000b");
  });
});

describe("a file that is held open", () => {
  const file = at("held.h5");
  const read = async () => doubles((await reader.readParts([{ file, dataset: "d" }]))[0]);

  it("is read anew when another one took its name, of the same size or not", async () => {
    await writeDoubles(file, [1, 2]);
    expect(await read()).toEqual([1, 2]);
    await writeDoubles(at("other.h5"), [3, 4]);
    renameSync(at("other.h5"), file);
    expect(await read()).toEqual([3, 4]);
    await writeDoubles(file, [5, 6, 7]);
    expect(await read()).toEqual([5, 6, 7]);
    copyFileSync(at("f1.h5"), file);
    expect(await read()).toEqual([1, 1.5]);
  });

  it("is gone when it is deleted, and is there again when it comes back", async () => {
    await writeDoubles(file, [1]);
    expect(await read()).toEqual([1]);
    rmSync(file);
    await expect(read()).rejects.toMatchObject({
      code: "UNREADABLE_SOURCE",
      message: `${file}: there is no such file`,
    });
    mkdirSync(file);
    await expect(read()).rejects.toMatchObject({ message: `${file} is a folder` });
    rmSync(file, { recursive: true });
    await writeDoubles(file, [2]);
    expect(await read()).toEqual([2]);
  });

  it("is read anew by the library, too", async () => {
    const texts = async () => {
      const [answer] = await reader.readParts([{ file, dataset: "/vlen" }]);
      return answer instanceof CopycatError ? answer.code : Buffer.from(answer?.bytes ?? []).toString();
    };
    copyFileSync(fixture("strings.h5"), file);
    expect(await texts()).toContain("längste");
    copyFileSync(fixture("shapes.h5"), file);
    expect(await texts()).toBe("NOT_FOUND");
    copyFileSync(fixture("strings.h5"), file);
    expect(await texts()).toContain("längste");
  });

  it("is closed when nobody reads for a while", async () => {
    await writeDoubles(file, [1]);
    await read();
    expect(openDescriptors(file)).toBeGreaterThan(0);
    for (let waitedMs = 0; openDescriptors(at("")) > 0 && waitedMs < 20_000; waitedMs += 100)
      await sleep(100);
    expect(openDescriptors(at(""))).toBe(0);
    expect(await read()).toEqual([1]);
  });
});

it("is refused by a reader that is closed", async () => {
  const closed = openHdf5Reader({ workers: 1 });
  await closed.close();
  await expect(closed.readParts([{ file: at("f1.h5"), dataset: "d" }])).rejects.toMatchObject({
    code: "CANCELLED",
  });
});
