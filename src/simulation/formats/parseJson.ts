// JSON text -> values, with whole numbers exact: those between 2^53 and 2^64 come out as bigint.

import { checkDepth } from "./depth.ts";
import { Mistake } from "./mistake.ts";

/**
 * Strings are passed over, so that only digits outside of them count. Without a choice for each character: V8 keeps its place
 * in every one of them, and has none left after some millions.
 */
const stringOrLongInteger = /"[^"\\]*(?:\\.[^"\\]*)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g;
const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

/** Marks such numbers on their way through JSON.parse; U+0000 cannot stand in JSON text as it is. */
const mark = "\\u0000copycat:integer:";
const parsedMark = "\0copycat:integer:";

/** @throws SyntaxError as JSON.parse does; Mistake for lists in lists without end, and for numbers beyond those of a float */
export function parseJson(text: string): unknown {
  // First, so that what is wrong is told of the text as it was; and the patterns are slow on what is no JSON.
  const value: unknown = JSON.parse(text);
  checkDepth(value);
  // Few texts have any. Digits behind a point are those of floats.
  const hasLong = /[^.\d]\d{16}/.test(text);
  if (hasLong || /[eE]\+?\d{3}/.test(text)) refuseInfinity(text);
  if (!hasLong || text.includes("copycat:integer:")) return value;
  let isMarked = false;
  const marked = text.replace(stringOrLongInteger, (token) => {
    if (token.startsWith('"') || !isLong(token)) return token;
    isMarked = true;
    return `"${mark}${token}"`;
  });
  if (!isMarked) return value;
  return JSON.parse(marked, (_key, part: unknown) =>
    typeof part === "string" && part.startsWith(parsedMark) ? BigInt(part.slice(parsedMark.length)) : part,
  );
}

/** JSON.parse makes infinity of 1e400, which no JSON can say again. */
function refuseInfinity(text: string): void {
  for (const { 0: token, index } of text.matchAll(stringOrNumber)) {
    if (token.startsWith('"') || Number.isFinite(Number(token))) continue;
    const shown = token.length > 40 ? `${token.slice(0, 40)}...` : token;
    throw new Mistake("out_of_range", placeIn(text, index), `${shown} is larger than any float.`);
  }
}

/** For people, who count from 1. */
export function placeIn(text: string, index: number): string {
  const before = text.slice(0, index);
  return `line ${before.split("\n").length}, column ${index - before.lastIndexOf("\n")}`;
}

/** Whole numbers beyond 64 bits are floats that were written without an exponent, as 1e20 is by JavaScript. */
function isLong(digits: string): boolean {
  if (Number.isSafeInteger(Number(digits))) return false;
  const value = BigInt(digits);
  return BigInt.asIntN(64, value) === value || BigInt.asUintN(64, value) === value;
}

/** JSON text of what `parseJson` gave. */
export function stringifyJson(value: unknown): string {
  let isMarked = false;
  const text = JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== "bigint") return part;
    isMarked = true;
    return `${parsedMark}${part}`;
  });
  return isMarked ? text.replace(/"\\u0000copycat:integer:(-?\d+)"/g, "$1") : text;
}
