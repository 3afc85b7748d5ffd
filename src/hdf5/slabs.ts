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

/** A cut may be so many times larger to hold the chunks that it touches. */
const chunkFactor = 32;

/**
 * Cuts a slab, in row-major order, into slabs of about `maxElements` (always at least one element). HDF5 unpacks a
 * chunk for each read that touches it, and keeps none beyond 1 MiB: so cuts are made where chunks end.
 */
export function* cutSlab(
  slab: Slab,
  maxElements: number,
  chunks: readonly number[] | null = null,
): Generator<Slab> {
  const total = elementCount(slab.count);
  if (total === 0) return;
  const axis = slab.count.findIndex((length) => length > 1);
  const length = slab.count[axis];
  if (total <= maxElements || length === undefined) {
    yield slab;
    return;
  }
  const rowElements = total / length;
  const [start, step] = [slab.offset[axis] ?? 0, slab.step[axis] ?? 1];
  const chunkRows = step === 1 ? (chunks?.[axis] ?? 1) : 1;
  const isAligned = chunkRows > 1 && chunkRows * rowElements <= chunkFactor * maxElements;
  const fitting = Math.max(1, Math.floor(maxElements / rowElements));
  const rows = isAligned ? chunkRows * Math.max(1, Math.floor(fitting / chunkRows)) : fitting;
  for (let first = 0; first < length; ) {
    const part: Slab = { offset: [...slab.offset], count: [...slab.count], step: slab.step };
    const at = start + first * step;
    const count = Math.min(isAligned ? rows - (at % chunkRows) : rows, length - first);
    part.offset[axis] = at;
    part.count[axis] = count;
    first += count;
    if (!isAligned && rowElements > maxElements) yield* cutSlab(part, maxElements, chunks);
    else yield part;
  }
}
