// Real NeXus files of several facilities, when they are at hand next to the project.

import { existsSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { openHdf5Reader, type WalkItem } from "../../src/hdf5/index.ts";

const folder = new URL("../../../shared/data/hdf5/", import.meta.url);
const reader = openHdf5Reader({ workers: 1 });
afterAll(() => reader.close());

async function walkAll(name: string): Promise<WalkItem[]> {
  const items: WalkItem[] = [];
  for await (const item of reader.walk(new URL(name, folder).pathname)) items.push(item);
  return items;
}

function count(items: WalkItem[]): Record<WalkItem["kind"], number> {
  const counts = { group: 0, dataset: 0, problem: 0 };
  for (const { kind } of items) counts[kind] += 1;
  return counts;
}

if (existsSync(folder)) {
  describe("sample files", () => {
    // Counted with h5py; aliased objects once a path.
    it.each([
      ["538039.nxs", { group: 39, dataset: 232, problem: 2 }],
      ["AgBehenate_228.hdf5", { group: 16, dataset: 102, problem: 0 }],
      ["NXmx.hdf5", { group: 15, dataset: 62, problem: 0 }],
      ["NXsas.hdf5", { group: 12, dataset: 29, problem: 0 }],
      ["NXtomo.hdf5", { group: 8, dataset: 24, problem: 0 }],
      ["Sample_Line_2021-03-16_096.hdf5", { group: 92, dataset: 656, problem: 0 }],
      ["p45-1168.nxs", { group: 12, dataset: 27, problem: 6 }],
      ["simple3D.h5", { group: 3, dataset: 1, problem: 0 }],
      ["writer_1_3.h5", { group: 3, dataset: 2, problem: 0 }],
    ])("%s is described whole", async (name, expected) => {
      expect(count(await walkAll(name))).toEqual(expected);
    });

    it("names the external links that lead to files that are not here", async () => {
      const problems = (await walkAll("538039.nxs")).filter((item) => item.kind === "problem");
      expect(problems.map(({ path, code }) => [path, code])).toEqual([
        ["/entry1/instrument/pil100k/data", "dangling_link"],
        ["/entry1/pil100k/data", "dangling_link"],
      ]);
      expect(problems[0]?.message).toContain("538039-pilatus100k-files/538039.hdf");
    });

    it.each([
      ["recon_0125.hdf", "is empty (0 bytes)"],
      ["NXtest.hdf", "is an HDF4 file, not HDF5"],
    ])("%s is refused by name", async (name, reason) => {
      await expect(walkAll(name)).rejects.toMatchObject({
        code: "UNREADABLE_SOURCE",
        message: expect.stringMatching(new RegExp(`${name} ${reason.replace(/[()]/g, "\\$&")}`)),
      });
    });
  });
} else {
  describe(`sample files (not checked: there is no folder ${folder.pathname})`, () => {
    it("needs no sample files for the rest of this room's tests", () => {
      expect(existsSync(new URL("./fixtures/", import.meta.url))).toBe(true);
    });
  });
}
