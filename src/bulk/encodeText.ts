// Rows as the text format of COPY (https://www.postgresql.org/docs/18/sql-copy.html, "Text Format"):
// columns end with a tab, rows with a newline, \N is NULL, seven characters are escaped with a backslash.

import type { Column, ColumnType, Row, RowProblem } from "./types.ts";

type Value = Row[number];
/** Returns the text before escaping, or null when the value does not fit the type. */
type Encode = (value: NonNullable<Value>) => string | null;

const int4Bound = 2 ** 31;
const int8Bound = 2n ** 63n;

const encoders: Record<ColumnType, Encode> = {
  text: (value) => (typeof value === "string" ? value : null),
  jsonb: (value) => (typeof value === "string" ? value : null),
  bool: (value) => (typeof value === "boolean" ? (value ? "t" : "f") : null),
  int4: (value) =>
    typeof value === "number" && Number.isInteger(value) && value >= -int4Bound && value < int4Bound
      ? String(value)
      : null,
  int8: encodeInt8,
  // String(-0) is "0".
  float8: (value) => (typeof value === "number" ? (Object.is(value, -0) ? "-0" : String(value)) : null),
};

const integerText = /^-?\d+$/;

function encodeInt8(value: NonNullable<Value>): string | null {
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : null;
  if (typeof value === "string" && !integerText.test(value)) return null;
  if (typeof value !== "string" && typeof value !== "bigint") return null;
  const integer = BigInt(value);
  return integer >= -int8Bound && integer < int8Bound ? integer.toString() : null;
}

/** Types whose text can hold a character that COPY treats specially. */
const mayNeedEscape: Record<ColumnType, boolean> = {
  text: true,
  jsonb: true,
  bool: false,
  int4: false,
  int8: false,
  float8: false,
};

const special = /[\\\b\f\n\r\t\v]/g;
const escaped: Record<string, string> = {
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

/** Escapes one value. NULL must have been decided before: the text `\N` comes out as `\\N`. */
export function escapeCopyText(text: string): string {
  // Most values have nothing to escape, and a search is several times cheaper than a replacement.
  special.lastIndex = 0;
  return special.test(text) ? text.replace(special, (character) => escaped[character] ?? character) : text;
}

/**
 * Makes the function that turns a row into one line of COPY text, or says why it cannot be sent.
 *
 * Lone surrogates become U+FFFD when the line is encoded as UTF-8; U+0000 is refused, since no column can hold it.
 */
export function makeRowEncoder(columns: readonly Column[]): (row: Row) => string | RowProblem {
  const plans = columns.map((column) => ({
    column,
    encode: encoders[column.type],
    escape: mayNeedEscape[column.type],
  }));
  return (row) => {
    let line = "";
    for (let index = 0; index < plans.length; index++) {
      const plan = plans[index] as (typeof plans)[number];
      const value = row[index];
      if (index > 0) line += "\t";
      if (value === null || value === undefined) {
        if (plan.column.required === true) return problem("missing_value", plan.column, "has no value");
        line += "\\N";
        continue;
      }
      const text = plan.encode(value);
      if (text === null) return explainMisfit(plan.column, value);
      if (!plan.escape) {
        line += text;
        continue;
      }
      if (text.includes("\u0000")) return problem("nul_character", plan.column, "contains U+0000");
      line += escapeCopyText(text);
    }
    return `${line}\n`;
  };
}

function explainMisfit(column: Column, value: NonNullable<Value>): RowProblem {
  const isNumber =
    typeof value === "number" ||
    typeof value === "bigint" ||
    (column.type === "int8" && typeof value === "string" && integerText.test(value));
  if (isNumber && column.type.startsWith("int")) {
    return problem("out_of_range", column, `cannot hold ${value}`);
  }
  return problem("wrong_type", column, `cannot hold a ${typeof value}`);
}

function problem(code: RowProblem["code"], column: Column, what: string): RowProblem {
  return { code, column: column.name, message: `column ${column.name} (${column.type}) ${what}` };
}
