// float4 and float8, NaN and the infinities included.

import { type ElementCodec, plain, wrongType } from "./element.ts";
import { Misfit, type TypeFacts } from "./types.ts";

const asFloat = { mayNeedEscape: false, quotedInArrays: false, toText: floatText } as const;

/** PostgreSQL reads JavaScript's shortest text back to the same bits; String(-0) would be "0". */
export function floatText(value: number): string {
  return value === 0 && Object.is(value, -0) ? "-0" : String(value);
}

/** JSON has no other way to write these. */
const named: ReadonlyMap<unknown, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

export function float8Codec(facts: TypeFacts): ElementCodec<number> {
  return {
    ...plain,
    ...asFloat,
    facts,
    stagingType: facts.qualifiedName,
    stagingOid: facts.oid,
    parse: (value) => (typeof value === "number" ? value : (named.get(value) ?? wrongType(value))),
    writeBinary: (value, out) => {
      out.writeInt32(8);
      out.writeFloat64(value);
    },
    fits: fitFloat8,
    writeElements: (values, out) => out.writeFloatElements(values, 8),
  };
}

/**
 * float4: rounded here, once, so that text and binary store the same. 4e38 is out of range; 1e-46 becomes 0, which
 * the server's text input would refuse (22003).
 */
export function float4Codec(facts: TypeFacts): ElementCodec<number> {
  return {
    ...plain,
    ...asFloat,
    facts,
    stagingType: facts.qualifiedName,
    stagingOid: facts.oid,
    parse(value) {
      const number = typeof value === "number" ? value : named.get(value);
      if (number === undefined) return wrongType(value);
      const rounded = Math.fround(number);
      if (Number.isFinite(number) && !Number.isFinite(rounded)) {
        return new Misfit("out_of_range", `cannot hold ${number}`);
      }
      return rounded;
    },
    writeBinary: (value, out) => {
      out.writeInt32(4);
      out.writeFloat32(value);
    },
    fits: fitFloat4,
    // Arrays are taken as they are, so it is here that their elements are rounded; `setFloat32` does the same.
    toText: (value) => floatText(Math.fround(value)),
    writeElements: (values, out) => out.writeFloatElements(values, 4),
  };
}

/** Numbers all of them, and none finite that is beyond float4. */
export function fitFloat4(values: ArrayLike<unknown>): values is ArrayLike<number> {
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (typeof value !== "number") return false;
    const rounded = Math.fround(value);
    // Infinity - Infinity is NaN: one test finds both, and what is not finite was so before.
    if (rounded - rounded !== 0 && Number.isFinite(value)) return false;
  }
  return true;
}

function fitFloat8(values: ArrayLike<unknown>): values is ArrayLike<number> {
  for (let index = 0; index < values.length; index++) {
    if (typeof values[index] !== "number") return false;
  }
  return true;
}
