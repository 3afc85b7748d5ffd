// What updates make of a group: its entities in the order in which they appeared, with their newest values.

import type { AttributeType, SimulationArray } from "../../types.ts";
import { type Column, makeColumn, saysNothing } from "./column.ts";

export interface StatePart {
  attributeId: number;
  attribute: string;
  type: AttributeType | null;
  array: SimulationArray;
}

export class GroupState {
  readonly #rows = new Map<number | bigint | string, number>();
  readonly #columns = new Map<number, Column>();
  /** Attributes of which no value is known yet. */
  readonly #unknown = new Set<number>();
  #idAttribute: number | null = null;
  /** Of the update before: most of them are of the same entities. */
  #last: { ids: SimulationArray["data"]; rows: Int32Array } | null = null;

  get entities(): number {
    return this.#rows.size;
  }

  get bytes(): number {
    let bytes = this.entities * 8;
    for (const column of this.#columns.values()) bytes += column.bytes(this.entities);
    return bytes;
  }

  /** False when the entities cannot be told apart (no ids, or one twice), or a layout changes. Then there is no state. */
  apply(parts: readonly StatePart[]): boolean {
    const ids = parts.find(({ attribute }) => attribute === "id");
    if (ids === undefined || ids.array.rowPtr !== undefined || ids.array.shape.length !== 1) return false;
    const rows = this.#rowsOf(ids);
    if (rows === null) return false;
    for (const { attributeId, type, array } of parts) {
      if (attributeId === ids.attributeId) continue;
      let column = this.#columns.get(attributeId);
      if (column === undefined || !column.fits(array)) {
        if (saysNothing(array)) {
          this.#unknown.add(attributeId);
          continue;
        }
        if (column !== undefined) return false;
        column = makeColumn(array);
        this.#columns.set(attributeId, column);
      }
      column.put(array, rows, { type, entities: this.entities });
    }
    return true;
  }

  #rowsOf({ attributeId, array: { data } }: StatePart): Int32Array | null {
    this.#idAttribute ??= attributeId;
    if (this.#last !== null && areSame(this.#last.ids, data)) return this.#last.rows;
    const rows = new Int32Array(data.length);
    const seen = new Set<number>();
    for (let index = 0; index < data.length; index++) {
      const value = data[index] as number | bigint | string;
      // One and the same whole number, whichever type it came in.
      const id = typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value;
      const row = this.#rows.get(id) ?? this.#rows.size;
      if (seen.has(row)) return null;
      seen.add(row);
      this.#rows.set(id, row);
      rows[index] = row;
    }
    this.#last = { ids: data, rows };
    return rows;
  }

  /** The state as arrays by the number of their attribute, ids among them. */
  take(): Map<number, SimulationArray> {
    const arrays = new Map<number, SimulationArray>();
    if (this.#idAttribute === null) return arrays;
    arrays.set(this.#idAttribute, this.#takeIds());
    const { entities } = this;
    for (const attributeId of this.#unknown) {
      arrays.set(attributeId, {
        dtype: "<f8",
        shape: [entities],
        data: new Float64Array(entities).fill(Number.NaN),
      });
    }
    for (const [attributeId, column] of this.#columns) arrays.set(attributeId, column.take(entities));
    return arrays;
  }

  #takeIds(): SimulationArray {
    const ids = [...this.#rows.keys()];
    const shape = [ids.length];
    const texts = ids.filter((id): id is string => typeof id === "string");
    if (texts.length > 0) {
      const width = Math.max(1, ...texts.map((text) => [...text].length));
      return { dtype: `<U${width}`, shape, data: ids.map(String) };
    }
    const isWhole = ids.every((id) => typeof id === "bigint" || Number.isInteger(id));
    if (!isWhole) return { dtype: "<f8", shape, data: Float64Array.from(ids, Number) };
    const isLong = ids.some((id) => Number(id) > 2147483647 || Number(id) < -2147483648);
    return isLong
      ? { dtype: "<i8", shape, data: BigInt64Array.from(ids, (id) => BigInt(id)) }
      : { dtype: "<i4", shape, data: Int32Array.from(ids, Number) };
  }
}

function areSame(a: SimulationArray["data"], b: SimulationArray["data"]): boolean {
  if (a === b) return true;
  if (a.length !== b.length || a.constructor !== b.constructor) return false;
  if (a instanceof Int32Array && b instanceof Int32Array) return areSameInts(a, b);
  for (let index = 0; index < a.length; index++) {
    if (a[index] !== b[index]) return false;
  }
  return true;
}

/** Apart, since a loop over one type of array is compiled for it. */
function areSameInts(a: Int32Array, b: Int32Array): boolean {
  for (let index = 0; index < a.length; index++) {
    if (a[index] !== b[index]) return false;
  }
  return true;
}
