// Every file of ./fixtures against what h5py, numpy and Tiled say about it (fixtures/golden.py).

import { readdirSync, readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { openHdf5Reader, type WalkItem } from "../../src/hdf5/index.ts";

const folder = new URL("./fixtures/", import.meta.url);
const reader = openHdf5Reader({ workers: 1 });
afterAll(() => reader.close());

interface Golden {
  error?: string;
  items?: ({ path: string; kind: string; code?: string; bytes?: string; value?: string } & object)[];
}

async function walkAll(file: string): Promise<WalkItem[]> {
  const items: WalkItem[] = [];
  for await (const item of reader.walk(file, { valueElements: 40 })) items.push(item);
  return items;
}

/** Goldens leave the wording of a problem open; it must name the object. */
function comparable(item: WalkItem): object {
  if (item.kind !== "problem") return item;
  expect(item.message).toContain(item.path);
  return { kind: item.kind, path: item.path, code: item.code };
}

for (const name of readdirSync(folder).filter((entry) => entry.endsWith(".h5"))) {
  const file = new URL(name, folder).pathname;
  const golden: Golden = JSON.parse(readFileSync(file.replace(/\.h5$/, ".json"), "utf8"));

  describe(name, () => {
    const { error, items } = golden;
    if (error !== undefined) {
      it(`is refused, because it ${error}`, async () => {
        await expect(walkAll(file)).rejects.toMatchObject({
          code: "UNREADABLE_SOURCE",
          message: expect.stringContaining(`${file} ${error}`),
        });
      });
      return;
    }

    it("is described as h5py and Tiled see it", async () => {
      const found = (await walkAll(file)).map(comparable);
      expect(found).toEqual(items?.map(({ bytes, ...item }) => item));
    });

    it("picks the same descriptions that a walk gives", async () => {
      const expected = (items ?? []).filter((item) => item.kind === "dataset");
      const { datasets } = await reader.pick(file, { datasets: expected.map((item) => item.path) });
      expect(datasets).toEqual(expected.map(({ bytes, value, ...item }) => item));
    });

    it("reads the bytes that numpy has", async () => {
      for (const item of items ?? []) {
        if (item.bytes === undefined) continue;
        const { bytes } = await reader.read(file, item.path);
        expect(`${item.path} ${Buffer.from(bytes).toString("hex")}`).toBe(`${item.path} ${item.bytes}`);
      }
    });
  });
}
