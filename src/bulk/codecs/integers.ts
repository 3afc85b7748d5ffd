// int2, int4, int8 and bool.

import { type ElementCodec, plain, shown, wrongType } from "./element.ts";
import { Misfit, type TypeFacts } from "./types.ts";

const asNumber = { mayNeedEscape: false, quotedInArrays: false } as const;

/** int2 and int4: from a number that is an integer (1.0 is 1) or a bigint. */
export function smallIntegerCodec(facts: TypeFacts, bytes: 2 | 4): ElementCodec<number> {
  const bound = 2 ** (bytes * 8 - 1);
  return {
    ...plain,
    ...asNumber,
    facts,
    stagingType: facts.qualifiedName,
    stagingOid: facts.oid,
    parse(value) {
      // Comparing a bigint with a number is exact; NaN fails the comparison.
      if (typeof value !== "number" && typeof value !== "bigint") return wrongType(value);
      if (!(value >= -bound && value < bound)) return outOfRange(value);
      const number = Number(value);
      return Number.isInteger(number) ? number : outOfRange(value);
    },
    // String(-0) is "0".
    toText: (number) => String(number),
    writeBinary: (number, out) => {
      out.writeInt32(bytes);
      if (bytes === 2) out.writeInt16(number);
      else out.writeInt32(number);
    },
  };
}

const int8Bound = 2n ** 63n;
const integerText = /^-?\d+$/;

/** int8: also from text of digits. A number beyond 2^53 is refused: it may have lost digits on its way here. */
export function bigintCodec(facts: TypeFacts): ElementCodec<number | bigint> {
  return {
    ...plain,
    ...asNumber,
    facts,
    stagingType: facts.qualifiedName,
    stagingOid: facts.oid,
    parse(value) {
      if (typeof value === "number") return Number.isSafeInteger(value) ? value : outOfRange(value);
      if (typeof value === "bigint") return checkBigint(value);
      if (typeof value !== "string" || !integerText.test(value)) return wrongType(value);
      // 2^63 has 19 digits; BigInt of a text of megabytes would take minutes.
      if (value.length > 20 && value.replace(/^(-?)0+(?=\d)/, "$1").length > 20) return outOfRange(value);
      return checkBigint(BigInt(value));
    },
    toText: (integer) => String(integer),
    writeBinary: (integer, out) => {
      out.writeInt32(8);
      if (typeof integer === "number") out.writeSafeInt64(integer);
      else out.writeBigInt64(integer);
    },
  };
}

function checkBigint(value: bigint): bigint | Misfit {
  return value >= -int8Bound && value < int8Bound ? value : outOfRange(value);
}

function outOfRange(value: number | bigint | string): Misfit {
  const isHuge = typeof value === "bigint" && (value > 1n << 256n || value < -(1n << 256n));
  return new Misfit("out_of_range", `cannot hold ${isHuge ? "so large a bigint" : shown(String(value))}`);
}

export function boolCodec(facts: TypeFacts): ElementCodec<boolean> {
  return {
    ...plain,
    ...asNumber,
    facts,
    stagingType: facts.qualifiedName,
    stagingOid: facts.oid,
    parse: (value) => (typeof value === "boolean" ? value : wrongType(value)),
    toText: (value) => (value ? "t" : "f"),
    writeBinary: (value, out) => {
      out.writeInt32(1);
      out.writeUint8(value ? 1 : 0);
    },
  };
}
