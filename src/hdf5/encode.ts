// Elements of fixed size as HDF5 has them -> elements as they are described.

import { restorerFor } from "./byteOrder.ts";
import { isBoolean } from "./dataType.ts";
import type { NativeType } from "./native.ts";

/** From elements into a target that takes all of them. */
export type Encoder = (bytes: Uint8Array, target: Uint8Array) => void;

/**
 * How to turn elements that lie as `memory` says into those of the file; booleans become one byte each. Undefined
 * when they are alike. The bytes given are changed.
 */
export function fixedEncoder(type: NativeType, memory: NativeType): Encoder | undefined {
  const { size } = type;
  if (isBoolean(type)) {
    return (bytes, target) => {
      for (let index = 0; index < target.length; index++) {
        const element = bytes.subarray(index * size, (index + 1) * size);
        target[index] = element.some((byte) => byte !== 0) ? 1 : 0;
      }
    };
  }
  const restore = restorerFor(type, memory);
  if (restore === undefined) return undefined;
  return (bytes, target) => {
    for (let offset = 0; offset < bytes.length; offset += size)
      restore(bytes.subarray(offset, offset + size));
    target.set(bytes);
  };
}
