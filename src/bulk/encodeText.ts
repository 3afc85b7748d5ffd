// Rows as the text format of COPY (https://www.postgresql.org/docs/18/sql-copy.html, "Text Format"):
// columns end with a tab, rows with a newline, \N is NULL, seven characters are escaped with a backslash.

import { CopycatError } from "../errors.ts";
import { factsOfType } from "./codecs/builtinTypes.ts";
import { makeCodec } from "./codecs/makeCodec.ts";
import { Misfit } from "./codecs/types.ts";
import { type EncodedColumn, missingValue, parseDefault, rowProblem, unreadable } from "./encodedColumn.ts";
import type { Column, Row, RowProblem } from "./types.ts";

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

/** What text has to be looked at for before it goes out as it is: what COPY or the server treat specially. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const needsCare = /[\u0000\\\b\f\n\r\t\v\ud800-\udfff]/;

/** Escapes one value. NULL must have been decided before: the text `\N` comes out as `\\N`. */
export function escapeCopyText(text: string): string {
  // Most values have nothing to escape, and a search is several times cheaper than a replacement.
  special.lastIndex = 0;
  return special.test(text) ? text.replace(special, (character) => escaped[character] ?? character) : text;
}

/** What stands for undefined and for null; null where the row is refused. */
function fillers(column: EncodedColumn): { undefinedText: string | null; nullText: string | null } {
  const parsed = parseDefault(column);
  const required = column.required === true;
  const otherwise = required ? null : "\\N";
  if (parsed === undefined) return { undefinedText: otherwise, nullText: otherwise };
  const text = escapeCopyText(column.codec.toText(parsed));
  return { undefinedText: text, nullText: required ? text : "\\N" };
}

/** Makes the function that turns values, in the order of the columns, into a line of COPY text. Never throws. */
export function makeLineEncoder(columns: readonly EncodedColumn[]): (values: Row) => string | RowProblem {
  const plans = columns.map((column) => {
    const { codec } = column;
    return {
      column,
      codec,
      escape: codec.mayNeedEscape,
      verbatim: codec.verbatimLength ?? -1,
      ...fillers(column),
    };
  });
  return (values) => {
    let line = "";
    let index = 0;
    try {
      for (; index < plans.length; index++) {
        const plan = plans[index] as (typeof plans)[number];
        const value = values[index];
        if (index > 0) line += "\t";
        if (typeof value === "string" && value.length <= plan.verbatim && !needsCare.test(value)) {
          line += value;
          continue;
        }
        if (value === null || value === undefined) {
          const filler = value === null ? plan.nullText : plan.undefinedText;
          if (filler === null) return missingValue(plan.column);
          line += filler;
          continue;
        }
        const parsed = plan.codec.parse(value);
        if (parsed instanceof Misfit) return rowProblem(parsed, plan.column);
        const text = plan.codec.toText(parsed);
        line += plan.escape ? escapeCopyText(text) : text;
      }
      return `${line}\n`;
    } catch (error) {
      return unreadable(error, plans[index]?.column);
    }
  };
}

/**
 * Makes the function that turns a row into one line of COPY text, or says why it cannot be sent, for columns of
 * built-in types. What a row has beyond the columns is left out.
 *
 * @throws CopycatError USAGE for a type that only a server knows, or a default that its column cannot hold
 */
export function makeRowEncoder(columns: readonly Column[]): (row: Row) => string | RowProblem {
  return makeLineEncoder(
    columns.map((column) => {
      const facts = factsOfType(column.type);
      if (facts === null) {
        throw new CopycatError(
          "USAGE",
          `Column ${column.name} has type ${column.type}, which is not built in.`,
        );
      }
      return { ...column, codec: makeCodec(facts, column) };
    }),
  );
}
