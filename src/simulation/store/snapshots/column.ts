// The values of one attribute for all entities of a group, as updates change them.

import { convertArray, textDtype, undefinedMask, undefinedOf, undefinedTest } from "../../arrays/index.ts";
import type { AttributeType, NumberArray, SimulationArray } from "../../types.ts";

type Store = NumberArray | string[];

export interface Known {
  /** Of the attribute; null while nobody knows: then all values are undefined. */
  type: AttributeType | null;
  /** Of the group by now. */
  entities: number;
}

export interface Column {
  /** Whether an array is laid out as those before. */
  fits(array: SimulationArray): boolean;
  put(array: SimulationArray, rows: Int32Array, known: Known): void;
  /** Of that many entities; those that no update spoke of are undefined. */
  take(entities: number): SimulationArray;
  bytes(entities: number): number;
}

export function makeColumn({ shape, rowPtr }: SimulationArray): Column {
  const tail = shape.slice(1);
  return rowPtr === undefined ? new DenseColumn(tail) : new RaggedColumn(tail);
}

/** True of an array of undefined values alone: it is of no use, and no sign of the layout of those that are. */
export function saysNothing(array: SimulationArray): boolean {
  return undefinedMask(array).every((isUndefined) => isUndefined);
}

class DenseColumn implements Column {
  readonly #tail: readonly number[];
  readonly #width: number;
  #type: AttributeType = "float";
  #values: Store = new Float64Array();

  constructor(tail: readonly number[]) {
    this.#tail = tail;
    this.#width = tail.reduce((product, length) => product * length, 1);
  }

  fits({ shape, rowPtr }: SimulationArray): boolean {
    return rowPtr === undefined && isSameTail(shape, this.#tail);
  }

  put(given: SimulationArray, rows: Int32Array, { type, entities }: Known): void {
    if (type !== null && type !== this.#type) this.#become(type);
    const array = convertArray(given, this.#type);
    if (array.data instanceof BigInt64Array && this.#values instanceof Int32Array) this.#lengthen();
    this.#grow(entities * this.#width);
    if (array.data instanceof Float64Array && this.#values instanceof Float64Array && this.#width === 1) {
      putFloats(this.#values, array.data, rows);
    } else this.#putAny(array, rows);
  }

  #putAny({ data }: SimulationArray, rows: Int32Array): void {
    const values = this.#values as (number | bigint | string)[];
    const width = this.#width;
    const isLong = this.#values instanceof BigInt64Array;
    const test = undefinedTest(data instanceof BigInt64Array ? "<i8" : isLong ? "<i4" : this.#dtype());
    for (const [index, row] of rows.entries()) {
      let isHole = true;
      for (let k = 0; k < width && isHole; k++) {
        isHole = test(data[index * width + k] as number | bigint | string);
      }
      if (isHole) continue;
      for (let k = 0; k < width; k++) {
        const value = data[index * width + k] as number | bigint | string;
        values[row * width + k] = isLong && typeof value === "number" ? BigInt(value) : value;
      }
    }
  }

  #dtype(): string {
    if (this.#type === "str") return "<U1";
    if (this.#type === "float") return "<f8";
    return this.#type === "bool" ? "|i1" : this.#values instanceof BigInt64Array ? "<i8" : "<i4";
  }

  #become(type: AttributeType): void {
    const array = this.#whole(this.#values.length / this.#width);
    this.#type = type;
    const { data } = convertArray(array, type);
    this.#values = Array.isArray(data) ? [...data] : (data as NumberArray);
  }

  #lengthen(): void {
    this.#values = BigInt64Array.from(this.#values as Int32Array, BigInt);
  }

  #grow(length: number): void {
    if (this.#values.length >= length) return;
    const capacity = Math.max(length, this.#values.length * 2);
    const none = undefinedOf(this.#type);
    const old = this.#values;
    if (Array.isArray(old)) {
      while (old.length < capacity) old.push(none as string);
      return;
    }
    const Type = old.constructor as new (length: number) => NumberArray;
    const grown = new Type(capacity);
    if (grown instanceof BigInt64Array) grown.fill(BigInt(none)).set(old as BigInt64Array);
    else (grown as Float64Array).fill(none as number).set(old as Float64Array);
    this.#values = grown;
  }

  #whole(entities: number): SimulationArray {
    const data = this.#values.slice(0, entities * this.#width) as NumberArray | string[];
    const dtype = Array.isArray(data) ? textDtype(data) : this.#dtype();
    return { dtype, shape: [entities, ...this.#tail], data };
  }

  take(entities: number): SimulationArray {
    this.#grow(entities * this.#width);
    return this.#whole(entities);
  }

  bytes(entities: number): number {
    const each = ArrayBuffer.isView(this.#values) ? this.#values.BYTES_PER_ELEMENT : 32;
    return entities * this.#width * each;
  }
}

/** What most arrays are: without a call per value. */
function putFloats(values: Float64Array, data: Float64Array, rows: Int32Array): void {
  for (let index = 0; index < rows.length; index++) {
    const value = data[index] as number;
    if (!Number.isNaN(value)) values[rows[index] as number] = value;
  }
}

/** Rows of any length: each is kept as it came, and put beside the others when they are taken. */
class RaggedColumn implements Column {
  readonly #tail: readonly number[];
  readonly #width: number;
  readonly #rows: (number | bigint | string)[][] = [];
  #type: AttributeType = "float";
  #elements = 0;

  constructor(tail: readonly number[]) {
    this.#tail = tail;
    this.#width = tail.reduce((product, length) => product * length, 1);
  }

  fits({ shape, rowPtr }: SimulationArray): boolean {
    return rowPtr !== undefined && isSameTail(shape, this.#tail);
  }

  put(array: SimulationArray, rows: Int32Array, { type }: Known): void {
    if (type !== null) this.#type = type;
    const { data, rowPtr } = array;
    if (rowPtr === undefined) return;
    const mask = undefinedMask(array);
    for (const [index, row] of rows.entries()) {
      if (mask[index] === true) continue;
      const start = Number(rowPtr[index]) * this.#width;
      const end = Number(rowPtr[index + 1]) * this.#width;
      this.#elements += end - start - (this.#rows[row]?.length ?? 0);
      this.#rows[row] = Array.from(data.slice(start, end) as ArrayLike<number | bigint | string>);
    }
  }

  take(entities: number): SimulationArray {
    const none = new Array<number | string>(this.#width).fill(undefinedOf(this.#type));
    const rowPtr = new Uint32Array(entities + 1);
    const values: (number | bigint | string)[] = [];
    for (let row = 0; row < entities; row++) {
      for (const value of this.#rows[row] ?? none) values.push(value);
      rowPtr[row + 1] = values.length / this.#width;
    }
    return { ...fromPlain(values, this.#type), shape: [values.length / this.#width, ...this.#tail], rowPtr };
  }

  bytes(entities: number): number {
    return this.#elements * 8 + entities * 4;
  }
}

function isSameTail(shape: readonly number[], tail: readonly number[]): boolean {
  return shape.length === tail.length + 1 && tail.every((length, axis) => shape[axis + 1] === length);
}

function fromPlain(
  values: readonly (number | bigint | string)[],
  type: AttributeType,
): { dtype: string; data: NumberArray | string[] } {
  if (type === "str") {
    const texts = values.map(String);
    return { dtype: textDtype(texts), data: texts };
  }
  if (type === "float") return { dtype: "<f8", data: Float64Array.from(values, Number) };
  if (type === "bool") return { dtype: "|i1", data: Int8Array.from(values, Number) };
  const isLong = values.some((value) => Number(value) > 2147483647 || Number(value) < -2147483648);
  return isLong
    ? { dtype: "<i8", data: BigInt64Array.from(values, (value) => BigInt(value)) }
    : { dtype: "<i4", data: Int32Array.from(values, Number) };
}
