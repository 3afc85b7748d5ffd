// Arrays of an attribute brought into the form of its column.

import {
  convertArray,
  entityCount,
  numberType,
  typeOf,
  undefinedOf,
  undefinedTest,
} from "../arrays/index.ts";
import type { NumberArray, SimulationArray } from "../types.ts";
import type { ColumnPlan } from "./attributeFacts.ts";

export type Values = NumberArray | readonly string[];

/** h5wasm's name of a column's type; texts are of fixed length, which can be compressed. */
export function hdf5Type({ dtype, textBytes }: Pick<ColumnPlan, "dtype" | "textBytes">): string {
  return dtype.startsWith("<U") ? `S${textBytes}` : (hdf5Types[dtype.slice(1)] ?? "<d");
}

const hdf5Types: Record<string, string> = {
  ...{ b1: "<B", i1: "<b", u1: "<B", i2: "<h", u2: "<H", i4: "<i", u4: "<I", i8: "<q", u8: "<Q" },
  ...{ f4: "<f", f8: "<d" },
};

/** Elements of an entity, or of an element of a ragged row. */
export function widthOf({ inner }: Pick<ColumnPlan, "inner">): number {
  return inner.reduce((product, length) => product * length, 1);
}

/** So many values that say nothing: undefined, or zeros where the type has no value for that. */
export function fillValues({ dtype, type }: ColumnPlan, count: number): Values {
  if (dtype.startsWith("<U")) return new Array<string>(count).fill(undefinedOf("str") as string);
  const values = emptyValues(dtype, count);
  const fill = fillOf({ dtype, type });
  return fill === null ? values : (values as Float64Array).fill(fill as number);
}

/** The value that stands for none in a column; null where its type has none. */
export function fillOf({ dtype, type }: Pick<ColumnPlan, "dtype" | "type">): number | bigint | null {
  const isBig = dtype === "<i8" || dtype === "<u8";
  const none = undefinedOf(type === "str" ? "float" : type) as number;
  const fill = isBig ? BigInt(Number.isNaN(none) ? 0 : none) : none;
  const candidates = dtype === "|i1" ? [-128] : [fill];
  return candidates.find((candidate) => undefinedTest(dtype)(candidate)) ?? null;
}

export function emptyValues(dtype: string, count: number): NumberArray {
  const type = numberType(dtype);
  return new type(new ArrayBuffer(count * type.BYTES_PER_ELEMENT), 0, count);
}

/** The values of the entities of an array, in a column that is not ragged. */
export function denseValues(plan: ColumnPlan, array: SimulationArray): Values {
  const entities = entityCount(array);
  if (array.rowPtr !== undefined && typeOf(array) !== null) return spreadRows(plan, array);
  const isAlike = array.rowPtr === undefined && array.shape.slice(1).join() === plan.inner.join();
  if (!isAlike || (array.dtype !== plan.dtype && typeOf(array) === null)) {
    return fillValues(plan, entities * widthOf(plan));
  }
  return inType(plan, array);
}

/** Rows of one length, in a column of components; those that are undefined have another one. */
function spreadRows(plan: ColumnPlan, array: SimulationArray): Values {
  const { rowPtr = [] } = array;
  const width = widthOf(plan);
  const elementWidth = array.shape.slice(1).reduce((product, length) => product * length, 1);
  const found = inType(plan, array);
  const values = fillValues(plan, entityCount(array) * width) as Record<number, unknown> & Values;
  for (let entity = 0; entity < entityCount(array); entity++) {
    const start = Number(rowPtr[entity]) * elementWidth;
    if (Number(rowPtr[entity + 1]) * elementWidth - start !== width) continue;
    for (let k = 0; k < width; k++) values[entity * width + k] = found[start + k] as never;
  }
  return values;
}

/** Of a ragged column: the elements of all rows, and how many each has. */
export function raggedValues(
  plan: ColumnPlan,
  array: SimulationArray,
): { values: Values; lengths: number[] } {
  const entities = entityCount(array);
  const { rowPtr, shape } = array;
  const isNone = typeOf(array) === null;
  if (rowPtr !== undefined && shape.slice(1).join() === plan.inner.join()) {
    const lengths = Array.from(
      { length: entities },
      (_, row) => Number(rowPtr[row + 1]) - Number(rowPtr[row]),
    );
    const values = isNone ? fillValues(plan, array.data.length) : inType(plan, array);
    return { values, lengths };
  }
  if (isNone) {
    return {
      values: fillValues(plan, entities * widthOf(plan)),
      lengths: new Array<number>(entities).fill(1),
    };
  }
  return { values: inType(plan, array), lengths: new Array<number>(entities).fill(shape[1] ?? 0) };
}

function inType({ type, dtype }: ColumnPlan, array: SimulationArray): Values {
  if (array.dtype === dtype || type === "str") return array.data;
  const { data, dtype: found } = convertArray(array, type);
  if (found === dtype) return data;
  const isBig = dtype === "<i8" || dtype === "<u8";
  const values = emptyValues(dtype, data.length);
  for (let index = 0; index < data.length; index++) {
    const value = data[index] as number | bigint;
    values[index] = isBig ? BigInt(value) : Number(value);
  }
  return values;
}
