// Slabs: cut in any way, they are the same elements in the same order.

import { describe, expect, it } from "vitest";
import { cutSlab, elementCount, type Slab } from "../../src/hdf5/slabs.ts";
import { fc } from "../support/property.ts";

const axis = fc.record({
  offset: fc.nat(9),
  count: fc.integer({ min: 0, max: 9 }),
  step: fc.integer({ min: 1, max: 3 }),
  chunk: fc.integer({ min: 1, max: 12 }),
});

function* elements({ offset, count, step }: Slab, at: number[] = []): Generator<string> {
  const length = count[at.length];
  if (length === undefined) {
    yield at.map((index, axis) => (offset[axis] ?? 0) + index * (step[axis] ?? 1)).join();
    return;
  }
  for (let index = 0; index < length; index++) yield* elements({ offset, count, step }, [...at, index]);
}

describe("cutSlab", () => {
  it("loses nothing, adds nothing, and keeps the order, with chunks and without", () => {
    fc.assert(
      fc.property(
        fc.array(axis, { maxLength: 3 }),
        fc.integer({ min: 1, max: 50 }),
        fc.boolean(),
        (axes, most, aligned) => {
          const slab: Slab = {
            offset: axes.map(({ offset }) => offset),
            count: axes.map(({ count }) => count),
            step: axes.map(({ step }) => step),
          };
          const chunks = aligned ? axes.map(({ chunk }) => chunk) : null;
          const parts = [...cutSlab(slab, most, chunks)];
          expect(parts.flatMap((part) => [...elements(part)])).toEqual([...elements(slab)]);
          if (!aligned) for (const part of parts) expect(elementCount(part.count)).toBeLessThanOrEqual(most);
        },
      ),
    );
  });

  it("ends where chunks do, and never takes a chunk in two", () => {
    const slab: Slab = { offset: [3, 0], count: [90, 10], step: [1, 1] };
    const starts = [...cutSlab(slab, 200, [8, 10])].map(({ offset, count }) => [offset[0], count[0]]);
    expect(starts).toEqual([
      [3, 13],
      [16, 16],
      [32, 16],
      [48, 16],
      [64, 16],
      [80, 13],
    ]);
    // A chunk larger than a cut is one cut, as long as memory allows it.
    expect([...cutSlab(slab, 100, [50, 10])].map(({ count }) => count[0])).toEqual([47, 43]);
    expect([...cutSlab(slab, 10, [50, 10])]).toHaveLength(90);
  });
});
