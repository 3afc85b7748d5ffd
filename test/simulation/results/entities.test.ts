// One entity, or one attribute, over time where things are missing, come later, or are beyond what a number holds.

import { describe, expect, it } from "vitest";
import {
  entityToJson,
  openResults,
  openSimulationStore,
  type ResultDataset,
  seriesToJson,
} from "../../../src/simulation/index.ts";
import { useDatabase } from "../../support/database.ts";
import { memorySource } from "../support/memorySource.ts";

const database = useDatabase({ empty: true });

const source = memorySource({
  d: {
    initial: { g: { id: [1, 2], big: [9007199254740993n, 5], name: ["a", null] }, empty: { id: [], x: [] } },
    updates: [
      { timestamp: 0, data: { g: { id: [1], none: [null] } } },
      { timestamp: 7, data: { g: { id: [3, -4], none: [null, null], open: [true, null], rows: [[1], []] } } },
      { timestamp: 9, data: { g: { id: [-4], open: [false], late: [1.5], rows: [[2, 3]] } } },
    ],
  },
});

async function stored(): Promise<ResultDataset> {
  const store = await openSimulationStore(database.database, { scenario: "s" });
  const initial = await source.readInitial("d");
  if (initial !== null) await store.storeInitialDataset(initial, { policy: "skip" });
  await store.storeUpdates(source.readUpdates({ dataset: "d" }), { policy: "skip" });
  return openResults(store).getDataset("d");
}

describe.each([
  ["files", () => openResults(source).getDataset("d")],
  ["a store", stored],
])("from %s", (_name, open) => {
  it("an entity that comes later is undefined before, whatever its attributes are", async () => {
    const d = await open();
    expect(entityToJson(await d.getEntity("g", -4))).toEqual({
      timestamps: [0, 7, 9],
      data: {
        big: [null, null, null],
        name: [null, null, null],
        none: [null, null, null],
        open: [null, null, false],
        rows: [null, [], [2, 3]],
        late: [null, null, 1.5],
      },
    });
    await expect(d.getEntity("g", -4, { to: 6 })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(seriesToJson(await d.getSeries("g", "open", { ids: [-4, 3] })).data).toEqual([
      { data: [null, null] },
      { data: [null, true] },
      { data: [false, true] },
    ]);
  });

  it("a series has a row for each id at each time, also where nothing was ever defined", async () => {
    const series = await (await open()).getSeries("g", "none");
    expect(series.ids).toEqual([1, 2, 3, -4]);
    expect(seriesToJson(series).data).toEqual(Array(3).fill({ data: [null, null, null, null] }));
  });

  it("an entity has the attributes asked for, those that come later among them, and no others", async () => {
    const d = await open();
    const { data } = entityToJson(await d.getEntity("g", 1, { attributes: ["late", "big"], to: 0 }));
    expect(data).toEqual({ big: ["9007199254740993"], late: [null] });
    const missing = { code: "NOT_FOUND" };
    await expect(d.getEntity("g", 1, { attributes: ["lat"] })).rejects.toMatchObject(missing);
    await expect(d.getEntity("h", 1, { attributes: ["late"] })).rejects.toThrowErrorMatchingInlineSnapshot(
      "[CopycatError: The dataset d has no group h (did you mean g?); it has g, empty.]",
    );
    await expect(d.getEntity("g", 1, { attributes: ["lat"] })).rejects.toThrowErrorMatchingInlineSnapshot(
      "[CopycatError: d.g has no attribute lat (did you mean late?); it has big, name, none, open, rows, late.]",
    );
  });

  it("an entity is told by whole numbers beyond 2^53, exactly, and by nothing that only looks like its id", async () => {
    const d = await open();
    expect(await d.getEntity("g", "9007199254740993", { key: "big" })).toMatchObject({ id: 1 });
    expect(await d.getEntity("g", "-4")).toMatchObject({ id: -4 });
    for (const [selector, key] of [
      ["9007199254740992", "big"],
      ["text", "big"],
      [" 1 ", "id"],
      ["0x1", "id"],
    ] as const) {
      await expect(d.getEntity("g", selector, { key })).rejects.toMatchObject({ code: "NOT_FOUND" });
    }
  });

  it("a window that ends before it begins has no state, rather than a wrong one", async () => {
    const d = await open();
    const window = { from: 8, to: 0 };
    await expect(d.getSeries("g", "open", window)).rejects.toMatchObject({ code: "USAGE" });
    await expect(d.getEntity("g", 1, window)).rejects.toMatchObject({ code: "USAGE" });
    await expect(d.readStates("g", window).next()).rejects.toMatchObject({ code: "USAGE" });
  });
});
