// A simulation out of the store as HDF5 and in again: the same data.

import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import {
  exportSimulation,
  loadSimulation,
  openSimulationResults,
  openSimulationStore,
} from "../../../src/simulation/index.ts";
import { useDatabase } from "../../support/database.ts";
import { useFolder } from "../../support/files.ts";
import { plainInitial, updatesOf } from "../formats/support.ts";

const db = useDatabase({ empty: true });
const folder = useFolder();
const roads = new URL("../../../examples/roads", import.meta.url).pathname;
const counts = { read: 15, inserted: 15, skipped: 0, rejected: 0, updates: 14, initialDatasets: 1 };
let exported: string;

beforeAll(async () => {
  expect(await loadSimulation(db.database, { input: roads })).toMatchObject({ scenario: "roads", ...counts });
  exported = folder.path("first.h5");
  const source = await openSimulationStore(db.database, { scenario: "roads", create: false });
  await exportSimulation(source, { format: "hdf5", path: exported });
});

it("goes in again, whole, and a second time nothing is read", async () => {
  expect(await loadSimulation(db.database, { input: exported })).toMatchObject({
    scenario: "first",
    ...counts,
  });
  const [before, after] = await Promise.all(
    ["roads", "first"].map(async (scenario) => {
      const store = await openSimulationStore(db.database, { scenario, create: false });
      return {
        initial: plainInitial(await store.readInitial("roads")),
        updates: await updatesOf(store, "roads"),
      };
    }),
  );
  expect(after).toEqual(before);
  expect(after?.updates).toHaveLength(14);
  expect(await loadSimulation(db.database, { input: exported })).toMatchObject({
    ...{ read: 15, inserted: 0, skipped: 15, updates: 0, initialDatasets: 0 },
  });
});

it("is read as results without a store, one window of time as well", async () => {
  const source = await openSimulationResults(exported);
  try {
    expect(await source.listDatasets()).toEqual([{ name: "roads", updates: 14, hasInitial: true }]);
    const window = [];
    for await (const update of source.readUpdates({ dataset: "roads", from: 36000, to: 46800 })) {
      window.push(update.timestamp);
    }
    expect(window).toEqual([36000, 43200, 46800]);
  } finally {
    await source.close();
  }
});

it("says so when the file is cut off, or another one", async () => {
  const cut = folder.path("cut.h5");
  writeFileSync(cut, readFileSync(exported).subarray(0, 20_000));
  await expect(loadSimulation(db.database, { input: cut })).rejects.toMatchObject({
    code: "UNREADABLE_SOURCE",
  });
  await folder.hdf5("other.h5", { children: { a: { data: 1 } } });
  await expect(loadSimulation(db.database, { input: folder.path("other.h5") })).rejects.toMatchObject({
    code: "INVALID_INPUT",
    message: expect.stringContaining("is no simulation"),
  });
});
