// Rectangular parts of an array, small enough to be read in one go.

/** A part of an array: where it starts, how many elements an axis it takes and in which steps. */
export interface Slab {
  offset: number[];
  count: number[];
  step: number[];
}

/** The whole of an array. */
export function wholeSlab(shape: readonly number[]): Slab {
  return { offset: shape.map(() => 0), count: [...shape], step: shape.map(() => 1) };
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Cuts a slab, in row-major order, into slabs of at most `maxElements` (always at least one element). */
export function* cutSlab(slab: Slab, maxElements: number): Generator<Slab> {
  const total = elementCount(slab.count);
  if (total === 0) return;
  const axis = slab.count.findIndex((length) => length > 1);
  const length = slab.count[axis];
  if (total <= maxElements || length === undefined) {
    yield slab;
    return;
  }
  const rowElements = total / length;
  const rows = Math.max(1, Math.floor(maxElements / rowElements));
  for (let first = 0; first < length; first += rows) {
    const part: Slab = { offset: [...slab.offset], count: [...slab.count], step: slab.step };
    part.offset[axis] = (slab.offset[axis] ?? 0) + first * (slab.step[axis] ?? 1);
    part.count[axis] = Math.min(rows, length - first);
    if (rowElements > maxElements) yield* cutSlab(part, maxElements);
    else yield part;
  }
}
