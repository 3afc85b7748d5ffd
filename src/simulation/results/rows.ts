// The rows of one attribute while time goes on: one place for each entity, written again and again.

import { numberType, textDtype, undefinedMask, undefinedOf, undefinedTest } from "../arrays/index.ts";
import type { AttributeType, NumberArray, SimulationArray } from "../types.ts";

/** Rows of an array; null stands for all of them in their order. */
export type RowList = ArrayLike<number> | null;

export interface Rows {
  readonly length: number;
  /** New rows are undefined. */
  grow(length: number): void;
  /** Row i of the array goes to row `places[i]`; where it is undefined the older value stays. Of our dtype and components. */
  write(array: SimulationArray, places: RowList): void;
  /** A copy, later writes do not change it. A row that is not there, -1 above all, is undefined. */
  read(rows: RowList): SimulationArray;
}

export interface RowFormat {
  type: AttributeType;
  /** As numpy writes it; of texts the width does not count. */
  dtype: string;
  /** Axes after the first. */
  components: readonly number[];
}

export type Elements = NumberArray | string[];
type Writable = (number | bigint | string)[];

export function makeElements(dtype: string, length: number): Elements {
  if (dtype.slice(1).startsWith("U")) return new Array<string>(length);
  const Type = numberType(dtype);
  return new Type(new ArrayBuffer(length * Type.BYTES_PER_ELEMENT), 0, length);
}

export function undefinedElement({ type, dtype }: RowFormat): number | bigint | string {
  const none = undefinedOf(type);
  return dtype === "<i8" ? BigInt(none) : none;
}

/** Texts get the width of the longest. */
export function namedDtype(dtype: string, data: Elements): string {
  return Array.isArray(data) ? textDtype(data) : dtype;
}

export const widthOf = (components: readonly number[]): number =>
  components.reduce((product, length) => product * length, 1);

/** One value, or a fixed number of components, for each entity. */
export class DenseRows implements Rows {
  length = 0;
  readonly #format: RowFormat;
  readonly #width: number;
  #data: Elements;

  constructor(format: RowFormat) {
    this.#format = format;
    this.#width = widthOf(format.components);
    this.#data = makeElements(format.dtype, 0);
  }

  grow(length: number): void {
    if (length <= this.length) return;
    const width = this.#width;
    if (length * width > this.#data.length) {
      // Half more than needed, so that entities that come one by one do not copy all the others each time.
      const wider = makeElements(
        this.#format.dtype,
        Math.ceil(length * width * (this.length === 0 ? 1 : 1.5)),
      );
      copyElements(this.#data, wider, this.length * width);
      this.#data = wider;
    }
    (this.#data as Writable).fill(undefinedElement(this.#format), this.length * width, length * width);
    this.length = length;
  }

  write(array: SimulationArray, places: RowList): void {
    if (this.#width === 1) this.#writeSingle(array, places);
    else this.#writeWide(array, places);
  }

  #writeSingle({ data }: SimulationArray, places: RowList): void {
    const isUndefined = undefinedTest(this.#format.dtype);
    const to = this.#data as Writable;
    for (let index = 0; index < data.length; index++) {
      const value = data[index] as number;
      if (!isUndefined(value)) to[places === null ? index : (places[index] as number)] = value;
    }
  }

  #writeWide(array: SimulationArray, places: RowList): void {
    const width = this.#width;
    const isUndefined = undefinedMask(array);
    const to = this.#data as Writable;
    for (let index = 0; index < isUndefined.length; index++) {
      if (isUndefined[index] === true) continue;
      const start = (places === null ? index : (places[index] as number)) * width;
      for (let k = 0; k < width; k++) to[start + k] = array.data[index * width + k] as number;
    }
  }

  read(rows: RowList): SimulationArray {
    const { dtype, components } = this.#format;
    const width = this.#width;
    const count = rows === null ? this.length : rows.length;
    const shape = [count, ...components];
    if (rows === null) {
      const data = this.#data.slice(0, this.length * width) as Elements;
      return { dtype: namedDtype(dtype, data), shape, data };
    }
    const data = makeElements(dtype, count * width);
    const to = data as Writable;
    to.fill(undefinedElement(this.#format));
    for (let index = 0; index < count; index++) {
      const row = rows[index] as number;
      if (row < 0 || row >= this.length) continue;
      for (let k = 0; k < width; k++) to[index * width + k] = this.#data[row * width + k] as number;
    }
    return { dtype: namedDtype(dtype, data), shape, data };
  }
}

function copyElements(from: Elements, to: Elements, count: number): void {
  if (Array.isArray(from))
    for (let index = 0; index < count; index++) (to as string[])[index] = from[index] as string;
  else (to as Float64Array).set((from as Float64Array).subarray(0, count));
}
