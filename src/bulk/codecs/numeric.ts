// numeric(p, s), exact: from text, numbers and bigints.

import type { BinaryBuffer } from "../binaryBuffer.ts";
import { fitsPrecision, plainDecimal } from "./decimal.ts";
import { type ElementCodec, plain, shown, wrongType } from "./element.ts";
import { Misfit, type TypeFacts } from "./types.ts";

/** Signs of the binary form (src/backend/utils/adt/numeric.c); the infinities exist since PostgreSQL 14. */
const special: ReadonlyMap<string, number> = new Map([
  ["NaN", 0xc000],
  ["Infinity", 0xd000],
  ["-Infinity", 0xf000],
]);

/** Undefined for ordinary numbers, told by their last character: a lookup of every text costs more than writing it. */
function specialSign(text: string): number | undefined {
  const last = text.charCodeAt(text.length - 1);
  return last === 0x4e || last === 0x79 ? special.get(text) : undefined;
}

const negativeSign = 0x4000;

/**
 * Staged as numeric without (p, s): the merge's cast rounds to s places. What does not fit p - s digits before the
 * point, after that rounding, is refused here.
 */
export function numericCodec(facts: TypeFacts): ElementCodec<string> {
  const limits = facts.modifier < 4 ? null : readModifier(facts.modifier);
  return {
    ...plain,
    mayNeedEscape: false,
    quotedInArrays: false,
    facts,
    stagingType: facts.qualifiedName,
    stagingOid: facts.oid,
    parse(value) {
      if (typeof value !== "string" && typeof value !== "number" && typeof value !== "bigint") {
        return wrongType(value);
      }
      if (typeof value === "bigint" && (value > hugeBound || value < -hugeBound)) {
        return new Misfit("out_of_range", "cannot hold so large a bigint");
      }
      const text = String(value);
      if (specialSign(text) !== undefined) {
        // 22003: a field with a precision holds NaN, but no infinity.
        return limits !== null && text !== "NaN" ? new Misfit("out_of_range", `cannot hold ${text}`) : text;
      }
      const decimal = plainDecimal(text);
      if (decimal === null) return new Misfit("wrong_type", `cannot hold ${shown(JSON.stringify(text))}`);
      if (decimal === "overflow") return new Misfit("out_of_range", `cannot hold ${shown(text)}`);
      if (limits !== null && !fitsPrecision(decimal, limits.precision, limits.scale)) {
        const room = limits.precision - limits.scale;
        return new Misfit(
          "out_of_range",
          `cannot hold ${shown(text)}: at most ${room} digits before the point`,
        );
      }
      return decimal;
    },
    toText: (text) => text,
    writeBinary,
  };
}

/** 10^131072, which is beyond numeric; printing a bigint takes time that grows with the square of its digits. */
const hugeBound = 1n << 435_412n;

/** The modifier is ((p << 16) | (s & 0x7ff)) + 4; s is signed since PostgreSQL 15. */
function readModifier(modifier: number): { precision: number; scale: number } {
  const packed = modifier - 4;
  return { precision: (packed >>> 16) & 0xffff, scale: ((packed & 0x7ff) ^ 1024) - 1024 };
}

/**
 * int16 each: count of digits, weight of the first, sign, places; then the digits, of base 10,000, without zeros at
 * either end. One pass and no array on the way: with one, text was the faster format for numeric.
 */
function writeBinary(text: string, out: BinaryBuffer): void {
  const sign = specialSign(text);
  if (sign !== undefined) {
    out.writeInt32(8);
    writeHeader(out, 0, 0, sign, 0);
    return;
  }
  const isNegative = text.charCodeAt(0) === minusCode;
  const point = text.indexOf(".");
  const wholeDigits = (point < 0 ? text.length : point) - (isNegative ? 1 : 0);
  const places = point < 0 ? 0 : text.length - point - 1;
  out.writeInt32(0);
  const start = out.position;
  writeHeader(out, 0, 0, 0, places);
  // The groups lie on both sides of the point; what the outermost ones lack is zeros.
  let weight = Math.ceil(wholeDigits / 4) - 1;
  let filled = (4 - (wholeDigits % 4)) % 4;
  const end = text.length + ((4 - (places % 4)) % 4);
  let digit = 0;
  let firstWeight = 0;
  let last = out.position;
  const first = last;
  for (let index = isNegative ? 1 : 0; index < end; index++) {
    if (index === point) continue;
    digit = digit * 10 + (index < text.length ? text.charCodeAt(index) - zeroCode : 0);
    filled += 1;
    if (filled < 4) continue;
    if (digit !== 0 || last > first) {
      if (last === first) firstWeight = weight;
      out.writeInt16(digit);
      if (digit !== 0) last = out.position;
    }
    weight -= 1;
    filled = 0;
    digit = 0;
  }
  out.truncate(last);
  const count = (last - first) / 2;
  out.patchInt32(start - 4, last - start);
  out.patchInt16(start, count);
  out.patchInt16(start + 2, firstWeight);
  if (isNegative && count > 0) out.patchInt16(start + 4, negativeSign);
}

const minusCode = 0x2d;
const zeroCode = 0x30;

function writeHeader(out: BinaryBuffer, count: number, weight: number, sign: number, places: number): void {
  out.writeInt16(count);
  out.writeInt16(weight);
  out.writeInt16(sign);
  out.writeInt16(places);
}
