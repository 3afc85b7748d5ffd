// Values of an array as cells of the table in long form.

import { undefinedMask, undefinedTest } from "../arrays/index.ts";
import type { SimulationArray } from "../types.ts";
import type { LongBatch } from "./longRows.ts";

interface Range {
  start: number;
  stop: number;
}

/** Appends the values of entities [start, stop). */
export function appendValues(batch: LongBatch, array: SimulationArray, range: Range): void {
  if (array.rowPtr === undefined && array.shape.length === 1) appendSingle(batch, array, range);
  else appendLists(batch, array, range);
}

function appendSingle(batch: LongBatch, { dtype, data }: SimulationArray, { start, stop }: Range): void {
  const isUndefined = undefinedTest(dtype);
  for (let index = start; index < stop; index++) {
    const value = data[index] as number | bigint | string;
    const isNone = isUndefined(value);
    const isText = typeof value === "string" || !isExact(value);
    batch.value.push(isNone || isText ? null : Number(value));
    batch.text.push(isNone || !isText ? null : String(value));
    batch.list.push(null);
    batch.textList.push(null);
    batch.components.push(null);
  }
}

/** Components, and ragged rows: null as a whole where the array says so, else element by element. */
function appendLists(batch: LongBatch, array: SimulationArray, { start, stop }: Range): void {
  const { shape, data, rowPtr } = array;
  const inner = shape.slice(1).reduce((product, length) => product * length, 1);
  const components = rowPtr === undefined ? shape.slice(2) : shape.slice(1);
  const width = components.length === 0 ? null : components.reduce((product, length) => product * length, 1);
  const isNone = undefinedMask(array);
  const isUndefined = undefinedTest(array.dtype);
  for (let entity = start; entity < stop; entity++) {
    const first = Number(rowPtr?.[entity] ?? entity) * inner;
    const last = Number(rowPtr?.[entity + 1] ?? entity + 1) * inner;
    const cells: (number | bigint | string | null)[] = [];
    for (let index = first; index < last; index++) {
      const value = data[index] as number | bigint | string;
      cells.push(isUndefined(value) ? null : value);
    }
    const isText = array.dtype.startsWith("<U") || cells.some((cell) => !isExact(cell));
    const none = isNone[entity] === true;
    batch.value.push(null);
    batch.text.push(null);
    batch.list.push(none || isText ? null : cells.map((cell) => (cell === null ? null : Number(cell))));
    batch.textList.push(none || !isText ? null : cells.map((cell) => (cell === null ? null : String(cell))));
    batch.components.push(none ? null : width);
  }
}

/** A double holds whole numbers up to 2^53; larger ones are written as digits. */
function isExact(value: number | bigint | string | null): boolean {
  return typeof value !== "bigint" || (value <= 9007199254740992n && value >= -9007199254740992n);
}
