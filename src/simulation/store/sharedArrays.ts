// Arrays that an update has in common with the one before: the ids of its entities, most of all. They are stored once.

import type { NumberArray, SimulationArray } from "../types.ts";
import type { ArrayFacts } from "./arrayFacts.ts";
import type { CheckedArray } from "./checkUpdate.ts";

export interface SharedArray {
  attributeId: number;
  array: SimulationArray;
  facts: ArrayFacts;
  /** Null as long as it is that of one update only, and stored with it. */
  id: number | null;
  /** Whether it is a view of memory that holds other arrays as well, as a page of a file. */
  isView: boolean;
}

/** Follows the updates of one transaction. An array is shared from the second update in a row that has it. */
export class SharedArrays {
  /** By attribute. */
  readonly #last = new Map<number, SharedArray>();

  /** @param toStore takes the shared arrays that have no id yet */
  share(arrays: readonly CheckedArray[], toStore: Set<SharedArray>): void {
    for (const checked of arrays) {
      const { attributeId, array, facts } = checked;
      const last = this.#last.get(attributeId);
      if (last !== undefined && isSame(last, checked)) {
        if (last.id === null) toStore.add(last);
        checked.shared = last;
      } else {
        checked.shared = null;
        this.#last.set(attributeId, { attributeId, array, facts, id: null, isView: true });
      }
    }
  }

  /** After a batch: an array must not keep a page in memory until another one takes its place. */
  letGo(): void {
    for (const last of this.#last.values()) {
      if (!last.isView) continue;
      last.array = copyOf(last.array);
      last.isView = false;
    }
  }
}

/** Least and greatest value tell most of them apart. */
function isSame({ array: a, facts }: SharedArray, { array: b, facts: own }: CheckedArray): boolean {
  return (
    facts.min === own.min &&
    facts.max === own.max &&
    a.dtype === b.dtype &&
    a.shape.length === b.shape.length &&
    a.shape.every((axis, index) => axis === b.shape[index]) &&
    hasSameBytes(a.data, b.data) &&
    (a.rowPtr === undefined || b.rowPtr === undefined
      ? a.rowPtr === b.rowPtr
      : a.rowPtr.constructor === b.rowPtr.constructor && hasSameBytes(a.rowPtr, b.rowPtr))
  );
}

function hasSameBytes(a: SimulationArray["data"], b: SimulationArray["data"]): boolean {
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) return bytesOf(a).equals(bytesOf(b));
  return a.length === b.length && Array.prototype.every.call(a, (value, index) => value === b[index]);
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBufferLike>): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function copyOf(array: SimulationArray): SimulationArray {
  const { data, rowPtr } = array;
  const copy = { ...array, data: data.slice() as SimulationArray["data"] };
  return rowPtr === undefined ? copy : { ...copy, rowPtr: rowPtr.slice() as NumberArray };
}
