// The parts that results are made of: where ids stand, rows that grow, columns that find their type.

import { describe, expect, it } from "vitest";
import { fromValues, toValues } from "../../../src/simulation/arrays/index.ts";
import { boundingBoxOf, idBlocks, rowSums, toJsonArray } from "../../../src/simulation/index.ts";
import { Column } from "../../../src/simulation/results/column.ts";
import { GroupProgress } from "../../../src/simulation/results/groupProgress.ts";
import { IdIndex } from "../../../src/simulation/results/idIndex.ts";
import type { AttributeType, GroupData, SimulationArray } from "../../../src/simulation/types.ts";
import { fc } from "../../support/property.ts";

const group = (columns: Record<string, unknown[]>): GroupData =>
  new Map(Object.entries(columns).map(([name, values]) => [name, fromValues(values)]));

function column(values: unknown[]): Column {
  const made = new Column();
  made.write(fromValues(values), null, { length: values.length, where: "it" });
  return made;
}

describe("ids", () => {
  it("stand in blocks of consecutive ones", () => {
    expect(idBlocks([2, 3, 4, 8, 9, 12, 13, 14])).toEqual({
      from: [2, 8, 12],
      to: [4, 9, 14],
      offset: [0, 3, 5],
    });
    expect(idBlocks([8, 9, 2, 3, 4])).toEqual({ from: [2, 8], to: [4, 9], offset: [2, 0] });
    expect(idBlocks([])).toEqual({ from: [], to: [], offset: [] });
  });

  it("are found near the end of the whole numbers that are exact", () => {
    const index = new IdIndex();
    const ids = [0, -1, 1, 9007199254740990];
    for (const id of ids) index.place([id]);
    expect(ids.map((id) => index.rowOf(id))).toEqual([0, 1, 2, 3]);
  });

  it("are found where they were put, consecutive or scattered, in whatever portions they come", () => {
    const ids = fc.uniqueArray(fc.oneof(fc.integer({ min: 0, max: 300 }), fc.maxSafeInteger()), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(ids, fc.integer({ min: 1, max: 50 }), fc.boolean(), (all, portion, isSorted) => {
        const list = isSorted ? all.toSorted((a, b) => a - b) : all;
        const index = new IdIndex();
        for (let start = 0; start < list.length; start += portion) {
          const part = list.slice(start, start + portion);
          expect([...index.place(part)]).toEqual(part.map((_, place) => start + place));
        }
        expect(list.map((id) => index.rowOf(id))).toEqual(list.map((_, row) => row));
        expect(index.rowOf(301.5)).toBe(-1);
        expect([...index.place(list.toReversed())]).toEqual(list.map((_, row) => row).toReversed());
      }),
    );
  });
});

describe("a group", () => {
  it("grows by the ids that are new", () => {
    const progress = new GroupProgress();
    progress.apply(group({ id: [2], x: [10] }), "it");
    progress.apply(group({ id: [1], x: [20] }), "it");
    expect(progress.ids).toEqual([2, 1]);
    expect(toValues(progress.read("x").array)).toEqual([10, 20]);
  });

  it.each([
    ["an id twice", { id: [1, 2, 1], x: [1, 2, 3] }, "Duplicate entries detected: 1 in the ids of roads."],
    ["no ids", { x: [1] }, "Invalid data, no ids provided: roads has no attribute id."],
    [
      "an undefined id",
      { id: [1, null], x: [1, 2] },
      /^roads: id\[1\] is -2147483648; ids are whole numbers/,
    ],
    ["a fraction", { id: [1, 0.5] }, /^roads: id\[1\] is 0\.5/],
    ["a text", { id: ["a"] }, /^roads: id\[0\] is a/],
    ["pairs", { id: [[1], [2]] }, /^roads: id is no flat list/],
    ["more values than ids", { id: [1], x: [1, 2] }, "roads: x is of 2 entities, while there are 1 ids."],
    [
      "texts among numbers",
      { id: [1], n: ["a"] },
      /^roads: n holds values of the type str, while others are of the type int/,
    ],
    [
      "rows among values",
      { id: [1], n: [[1]] },
      /^roads: n has lists of different lengths \(int\), while others have one value each/,
    ],
  ])("refuses %s", (_what, columns, message) => {
    const progress = new GroupProgress();
    progress.apply(group({ id: [1], n: [1] }), "before");
    expect(() => progress.apply(group(columns as Record<string, unknown[]>), "roads")).toThrow(message);
  });

  it("takes ids of 64 bits, and of floats that are whole", () => {
    const progress = new GroupProgress();
    progress.apply(group({ id: [5_000_000_000] }), "it");
    progress.apply(
      new Map([["id", { dtype: "<f8", shape: [2], data: Float64Array.of(1, 5_000_000_000) }]]),
      "it",
    );
    expect(progress.ids).toEqual([5_000_000_000, 1]);
  });

  it("says of changes what a plain table of rows would, whatever comes in which order", () => {
    // Now and then a number that makes a wider type of all.
    const cell = fc.option(
      fc.oneof(
        { weight: 20, arbitrary: fc.integer({ min: 0, max: 9 }) },
        { weight: 1, arbitrary: fc.constantFrom(2 ** 40, 0.5) },
      ),
      { nil: null },
    );
    const row = fc.option(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 3 }), { nil: null });
    const change = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 12 }), cell, row), {
      selector: ([id]) => id,
      maxLength: 8,
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
        const progress = new GroupProgress();
        const plain = new Map<number, { n: number | null; rows: number[] | null }>();
        for (const entries of changes) {
          progress.apply(
            group({
              id: entries.map(([id]) => id),
              n: entries.map(([, n]) => n),
              rows: entries.map(([, , rows]) => rows),
            }),
            "it",
          );
          for (const [id, n, rows] of entries) {
            const old = plain.get(id) ?? { n: null, rows: null };
            plain.set(id, { n: n ?? old.n, rows: rows ?? old.rows });
          }
        }
        expect(progress.ids).toEqual([...plain.keys()]);
        if (changes.length === 0) return;
        const { array, type } = progress.read("n");
        expect(toValues(array, type)).toEqual([...plain.values()].map(({ n }) => n));
        expect(toValues(progress.read("rows").array)).toEqual([...plain.values()].map(({ rows }) => rows));
      }),
      { numRuns: 300 },
    );
  });
});

describe("a column", () => {
  it("of ragged rows grows by undefined ones", () => {
    const { data, rowPtr } = column([[1], [], [2]]).read(5);
    expect([...data]).toEqual([1, 2, -2147483648, -2147483648]);
    expect([...(rowPtr ?? [])]).toEqual([0, 1, 1, 2, 3, 4]);
  });

  it("of ragged rows keeps a row where the new one is undefined", () => {
    const made = column([
      [1, 2],
      [3, 4],
    ]);
    made.write(fromValues([null, [5, 6]]), null, { length: 2, where: "it" });
    const { data, rowPtr } = made.read(2);
    expect([...data]).toEqual([1, 2, 5, 6]);
    expect([...(rowPtr ?? [])]).toEqual([0, 2, 4]);
  });

  it("of components replaces an entity whole", () => {
    const pairs = (values: unknown[]) => fromValues(values, { components: 2 });
    const made = new Column();
    made.write(pairs([[1, 2], [3, 4], null]), null, { length: 3, where: "it" });
    made.write(pairs([null, [5, 6]]), [0, 2], { length: 4, where: "it" });
    expect(toValues(made.read(4))).toEqual([[1, 2], [3, 4], [5, 6], null]);
    expect(made.read(4).shape).toEqual([4, 2]);
  });

  it("of ragged rows takes pairs, which JSON does not tell from them", () => {
    const made = column([[1], [2, 3]]);
    made.write(fromValues([[4, 5]], { components: 2 }), [0], { length: 2, where: "it" });
    expect(toValues(made.read(2))).toEqual([
      [4, 5],
      [2, 3],
    ]);
  });

  it("learns nothing from nulls alone, whose type would be wrong", () => {
    for (const later of [
      ["a", "b"],
      [true, false],
      [1, 2],
      [[1], []],
    ]) {
      const made = column([null, null]);
      made.write(fromValues(later), null, { length: 2, where: "it" });
      expect(toValues(made.read(2), made.facts.type)).toEqual(later);
      made.write(fromValues([null, null]), null, { length: 2, where: "it" });
      expect(toValues(made.read(2), made.facts.type)).toEqual(later);
    }
  });

  it("is not changed by what is done to what it gave", () => {
    const made = column([1, 2]);
    const before = made.read(2);
    made.write(fromValues([3]), [0], { length: 2, where: "it" });
    expect([...before.data]).toEqual([1, 2]);
    (made.read(2).data as Int32Array)[1] = 9;
    expect([...made.read(2).data]).toEqual([3, 2]);
  });
});

describe("sums of ragged rows", () => {
  it("are one a row, and undefined where a row is", () => {
    expect(rowSums(fromValues([[1, 2], [3, 4], []]))).toEqual([3, 7, 0]);
    expect(rowSums(fromValues([[1], null]))).toEqual([1, Number.NaN]);
  });
});

describe("a bounding box", () => {
  it("is of geometry.x and geometry.y of all groups", () => {
    const at = (x: number[], y: number[]) => group({ id: x, "geometry.x": x, "geometry.y": y });
    expect(
      boundingBoxOf(
        new Map([
          ["a", at([1], [3])],
          ["b", at([2], [4])],
        ]),
      ),
    ).toEqual([1, 3, 2, 4]);
    expect(boundingBoxOf(new Map([["a", group({ id: [1], "geometry.x": [1] })]]))).toBeNull();
    expect(boundingBoxOf(new Map())).toBeNull();
  });
});

describe("values as JSON", () => {
  it("are exact, also where JSON has no number for them", () => {
    const values = (array: SimulationArray, type: AttributeType) =>
      toJsonArray({ array, type, enumNames: null, special: null });
    const long = { dtype: "<i8", shape: [3], data: BigInt64Array.of(2n ** 60n, 5n, -2147483648n) };
    expect(values(long, "int")).toEqual({ data: ["1152921504606846976", 5, null] });
    const floats = { dtype: "<f8", shape: [2], data: Float64Array.of(Number.NEGATIVE_INFINITY, Number.NaN) };
    expect(values(floats, "float")).toEqual({ data: ["-Infinity", null] });
    expect(
      values(
        fromValues([
          [[1, 2]],
          [
            [3, 4],
            [5, 6],
          ],
          null,
        ]),
        "int",
      ),
    ).toEqual({
      data: [[1, 2], [3, 4], [5, 6], null],
      indptr: [0, 1, 3, 4],
    });
  });
});
