// What every codec here has besides `Codec`: what an array of its type needs to know.

import type { BinaryBuffer } from "../binaryBuffer.ts";
import { type Codec, Misfit } from "./types.ts";

export interface ElementCodec<Parsed = unknown> extends Codec<Parsed> {
  /** OID of `stagingType`; a binary array names its elements' type by it. */
  readonly stagingOid: number;
  /** Whether array text needs quotes around the value. */
  readonly quotedInArrays: boolean;
  /** A JavaScript array is one value of this type (JSON, vectors), so arrays of it have one dimension. */
  readonly takesArrays: boolean;
  /**
   * Whether all values of an array are taken as they are; false when one needs a closer look. Spares a copy of the
   * array, which was most of the cost of an embedding.
   */
  fits?(values: ArrayLike<unknown>): values is ArrayLike<Parsed>;
  /** Writes values that fit as elements of a binary array, all at once. */
  writeElements?(values: ArrayLike<Parsed>, out: BinaryBuffer): void;
}

/** Values of a type that PostgreSQL itself brings, staged as that type. */
export const plain = { isDirect: true, takesArrays: false } as const;

export function wrongType(value: unknown): Misfit {
  return new Misfit("wrong_type", `cannot hold ${kindOf(value)}`);
}

/** "a string", "an array", "a Date". */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "an array";
  if (typeof value !== "object") return `a ${typeof value}`;
  const name: unknown = value.constructor?.name;
  return typeof name === "string" && /^[A-Z]\w*$/.test(name) && name !== "Object"
    ? `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`
    : "an object";
}

/** A value for a message: not longer than a line. */
export function shown(value: string): string {
  return value.length > 60 ? `${value.slice(0, 57).toWellFormed()}...` : value;
}
