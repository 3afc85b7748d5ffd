// Rows of different lengths while time goes on. A new row replaces the old one whole.

import { undefinedMask } from "../arrays/index.ts";
import type { SimulationArray } from "../types.ts";
import {
  type Elements,
  makeElements,
  namedDtype,
  type RowFormat,
  type RowList,
  type Rows,
  undefinedElement,
  widthOf,
} from "./rows.ts";

export class RaggedRows implements Rows {
  readonly #format: RowFormat;
  readonly #width: number;
  /** Elements of each row; views of what came in, not copies. */
  readonly #rows: Elements[] = [];
  /** An undefined row is one undefined element. */
  readonly #none: Elements;

  constructor(format: RowFormat) {
    this.#format = format;
    this.#width = widthOf(format.components);
    this.#none = makeElements(format.dtype, this.#width);
    (this.#none as (number | bigint | string)[]).fill(undefinedElement(format));
  }

  get length(): number {
    return this.#rows.length;
  }

  grow(length: number): void {
    while (this.#rows.length < length) this.#rows.push(this.#none);
  }

  write(array: SimulationArray, places: RowList): void {
    const { data, rowPtr = [] } = array;
    const width = this.#width;
    for (const [index, isUndefined] of undefinedMask(array).entries()) {
      if (isUndefined) continue;
      const [start, end] = [Number(rowPtr[index]) * width, Number(rowPtr[index + 1]) * width];
      this.#rows[places === null ? index : (places[index] as number)] = part(data as Elements, start, end);
    }
  }

  read(rows: RowList): SimulationArray {
    const { dtype, components } = this.#format;
    const width = this.#width;
    const chosen = rows === null ? this.#rows : Array.from(rows, (row) => this.#rows[row] ?? this.#none);
    const total = chosen.reduce((sum, { length }) => sum + length, 0);
    const data = makeElements(dtype, total);
    const rowPtr = new Uint32Array(chosen.length + 1);
    const to = data as (number | bigint | string)[];
    let place = 0;
    for (const [index, row] of chosen.entries()) {
      for (let k = 0; k < row.length; k++) to[place++] = row[k] as number;
      rowPtr[index + 1] = place / width;
    }
    return { dtype: namedDtype(dtype, data), shape: [total / width, ...components], data, rowPtr };
  }
}

function part(data: Elements, start: number, end: number): Elements {
  return Array.isArray(data) ? data.slice(start, end) : (data.subarray(start, end) as Elements);
}

/**
 * The sum of each row, which is what a plot of a ragged attribute shows; NaN where the row is undefined.
 *
 * @example
 * // data 1, 2, 3, 4 in rows of two, two and no elements
 * rowSums(array); // [3, 7, 0]
 */
export function rowSums(array: SimulationArray): number[] {
  const { data, shape, rowPtr = [] } = array;
  const width = widthOf(shape.slice(1));
  return undefinedMask(array).map((isUndefined, row) => {
    if (isUndefined) return Number.NaN;
    let sum = 0;
    for (let k = Number(rowPtr[row]) * width; k < Number(rowPtr[row + 1]) * width; k++)
      sum += Number(data[k]);
    return sum;
  });
}
