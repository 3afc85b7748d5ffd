// Offsets of ragged rows.

import type { NumberArray } from "../types.ts";

/** Whether offsets begin with 0, never fall and end with the number of elements. */
export function isRowPtr(offsets: NumberArray | readonly number[], elements: number): boolean {
  let before = 0;
  for (const offset of offsets) {
    const place = Number(offset);
    if (!Number.isSafeInteger(place) || place < before) return false;
    before = place;
  }
  return offsets.length > 0 && Number(offsets[0]) === 0 && before === elements;
}
