// JSON text that jsonb and Tiled take without changing a value.

import { stringEnd } from "../../files/index.ts";
import { quote } from "../checkKey.ts";
import { Refusal } from "../problem.ts";

// What has to be looked at token by token: U+0000 and surrogates (only an escape can bring them in), numbers
// with an exponent, and digits that may be too many. One test over the line instead of a walk: 1 us for 500 characters.
const suspicious = /\\u(?:0000|[dD][89a-fA-F])|\d[eE]|\d{19}/;

const numberPattern = /(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?/y;

const quoteCode = 0x22;
const minInteger = -(2n ** 63n);
const maxInteger = 2n ** 64n - 1n;

// numeric, in which jsonb keeps its numbers, has room for 16,383 digits behind the point.
const maxNumberCharacters = 16_000;

/**
 * The same JSON with every number in plain decimal; numbers without exponent stay byte for byte.
 *
 * jsonb would make the integer 100000000000000000000 of `1e20`, which Tiled's serialiser refuses, so
 * exponents are written out with a fraction. Throws a Refusal for U+0000 and lone surrogates in strings,
 * integers outside [-2^63, 2^64-1] and numbers beyond float64.
 *
 * @param text valid JSON
 * @example exactJson('{"a": 1e20, "b": 1.0}') // '{"a": 100000000000000000000.0, "b": 1.0}'
 */
export function exactJson(text: string): string {
  if (!suspicious.test(text)) return text;
  let result = "";
  let copied = 0;
  let position = 0;
  while (position < text.length) {
    const code = text.charCodeAt(position);
    if (code === quoteCode) {
      const end = stringEnd(text, position);
      checkString(text.slice(position, end));
      position = end;
    } else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      numberPattern.lastIndex = position;
      const [token = "", sign = "", whole = "", fraction, exponent] = numberPattern.exec(text) ?? [];
      const exact = exactNumber({ token, sign, whole, fraction, exponent });
      if (exact !== token) {
        result += text.slice(copied, position) + exact;
        copied = position + token.length;
      }
      position += token.length;
    } else position++;
  }
  return copied === 0 ? text : result + text.slice(copied);
}

function checkString(text: string): void {
  if (!text.includes("\\u")) return;
  const value: unknown = JSON.parse(text);
  if (typeof value !== "string") return;
  if (value.includes("\0")) {
    throw new Refusal("nul_character", `The text ${quote(value)} contains U+0000, which jsonb cannot store.`);
  }
  if (!value.isWellFormed()) {
    throw new Refusal("lone_surrogate", `The text ${quote(value)} contains half a surrogate pair.`);
  }
}

interface NumberToken {
  token: string;
  sign: string;
  whole: string;
  fraction: string | undefined;
  exponent: string | undefined;
}

function exactNumber(number: NumberToken): string {
  const { token, whole, fraction, exponent } = number;
  if (fraction === undefined && exponent === undefined) {
    if (whole.length >= 19 && isOutOfRange(token)) {
      throw outOfRange(token, "is outside the integers from -2^63 to 2^64-1 that Tiled can serve");
    }
    return token;
  }
  const digits = whole + (fraction ?? "");
  const value = Number(token);
  if (
    !Number.isFinite(value) ||
    (value === 0 && /[1-9]/.test(digits)) ||
    token.length > maxNumberCharacters
  ) {
    throw outOfRange(token, "is beyond a 64-bit float");
  }
  return exponent === undefined ? token : writeOut(number, digits);
}

/** Shifts the decimal point by the exponent. The result always has a fraction. */
function writeOut({ sign, whole, exponent }: NumberToken, digits: string): string {
  // Also keeps 0e999999999 from being written out.
  if (!/[1-9]/.test(digits)) return `${sign}0.0`;
  const point = whole.length + Number(exponent);
  const head = digits
    .slice(0, Math.max(0, point))
    .padEnd(point, "0")
    .replace(/^0+(?=\d)/, "");
  const tail = point < 0 ? "0".repeat(-point) + digits : digits.slice(point);
  return `${sign}${head || "0"}.${tail || "0"}`;
}

function isOutOfRange(token: string): boolean {
  // 2^64 has 20 digits; BigInt of a text of megabytes would take minutes.
  if (token.length > 21) return true;
  const value = BigInt(token);
  return value < minInteger || value > maxInteger;
}

function outOfRange(token: string, reason: string): Refusal {
  const shown = token.length > 40 ? `${token.slice(0, 37)}...` : token;
  return new Refusal("number_out_of_range", `The number ${shown} ${reason}.`);
}
