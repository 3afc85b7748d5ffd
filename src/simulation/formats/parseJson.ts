// JSON text -> values, with whole numbers exact: those between 2^53 and 2^64 come out as bigint.

/** Strings are passed over, so that only digits outside of them count. */
const stringOrLongInteger = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g;

/** Marks such numbers on their way through JSON.parse; U+0000 cannot stand in JSON text as it is. */
const mark = "\\u0000copycat:integer:";
const parsedMark = "\0copycat:integer:";

/** @throws SyntaxError as JSON.parse does */
export function parseJson(text: string): unknown {
  // Few texts have any. Digits behind a point are those of floats.
  if (!/[^.\d]\d{16}/.test(text) || text.includes("copycat:integer:")) return JSON.parse(text);
  let isMarked = false;
  const marked = text.replace(stringOrLongInteger, (token) => {
    if (token.startsWith('"') || !isLong(token)) return token;
    isMarked = true;
    return `"${mark}${token}"`;
  });
  // What is wrong is to be told of the text as it was.
  if (!isMarked) return JSON.parse(text);
  JSON.parse(text);
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === "string" && value.startsWith(parsedMark)
      ? BigInt(value.slice(parsedMark.length))
      : value,
  );
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
