// The words of the filter language: keys and operators. They are read on demand, since what a word is depends on where
// it stands.

import { shown } from "../../bulk/codecs/element.ts";
import { CopycatError } from "../../errors.ts";
import { checkText } from "./checks.ts";
import type { Operator } from "./condition.ts";

export interface Reader {
  readonly text: string;
  /** Where to go on, in UTF-16 units. */
  at: number;
}

const maxCharacters = 100_000;

const space = /\s*/y;
const bareKey = /[\p{L}\p{N}_][\p{L}\p{M}\p{N}_/:-]*/uy;
const word = /[\p{L}\p{N}_][\p{L}\p{M}\p{N}_./:-]*/uy;
const symbol = /==|!=|<>|<=|>=|=|<|>/y;

const symbols: Readonly<Record<string, Operator>> = {
  "=": "eq",
  "==": "eq",
  "!=": "ne",
  "<>": "ne",
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
};

const wordOperators = ["between", "in", "like", "contains"] as const;

export type WordOperator = (typeof wordOperators)[number];

/** @throws CopycatError USAGE when no catalog can hold what the text holds */
export function openReader(text: string): Reader {
  if (text.length > maxCharacters) {
    const message = `A filter of ${text.length} characters is too long: ${maxCharacters} at most.`;
    throw new CopycatError("USAGE", message);
  }
  checkText(text, "The filter");
  return { text, at: 0 };
}

/** The error for something else that stands where `what` should. */
export function expected(reader: Reader, what: string, at = reader.at): CopycatError {
  const rest = reader.text.slice(at).trimStart();
  const isLong = rest.trimEnd().length > 20;
  const found = rest === "" ? "the end" : JSON.stringify(isLong ? `${rest.slice(0, 20)}...` : rest.trimEnd());
  const column = [...reader.text.slice(0, reader.text.length - rest.length)].length + 1;
  return new CopycatError(
    "USAGE",
    `Cannot read ${JSON.stringify(shown(reader.text))}: expected ${what} at column ${column}, found ${found}.`,
  );
}

function take(reader: Reader, pattern: RegExp): string | null {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text)?.[0] ?? null;
  reader.at += found?.length ?? 0;
  return found;
}

export function skipSpace(reader: Reader): void {
  take(reader, space);
}

export function isAtEnd(reader: Reader): boolean {
  skipSpace(reader);
  return reader.at === reader.text.length;
}

/** The bare word that comes next, as it is written; empty when there is none. */
export function peekWord(reader: Reader): string {
  skipSpace(reader);
  word.lastIndex = reader.at;
  return word.exec(reader.text)?.[0] ?? "";
}

/** Takes a keyword, in whatever case. */
export function takeWord(reader: Reader, wanted: string): boolean {
  const found = peekWord(reader);
  if (found.toLowerCase() !== wanted) return false;
  reader.at += found.length;
  return true;
}

export function takeSymbol(reader: Reader, wanted: string): boolean {
  skipSpace(reader);
  if (!reader.text.startsWith(wanted, reader.at)) return false;
  reader.at += wanted.length;
  return true;
}

/** Keys with dots between them: `instrument.name`, `"odd key"."sub.key"`. */
export function readKey(reader: Reader): string[] {
  skipSpace(reader);
  const path: string[] = [];
  do {
    const isQuoted = /["']/.test(reader.text.charAt(reader.at));
    const key = isQuoted ? readQuoted(reader) : take(reader, bareKey);
    if (key === null) throw expected(reader, 'a key (quote an odd one: "odd key")');
    path.push(key);
  } while (take(reader, /\./y) !== null);
  return path;
}

/** A path as `readKey` reads it. */
export function formatKey(path: readonly string[]): string {
  const isBare = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_/:-]*$/u;
  return path.map((key) => (isBare.test(key) ? key : JSON.stringify(key))).join(".");
}

export function readOperator(reader: Reader): Operator | WordOperator {
  skipSpace(reader);
  const operator =
    symbols[take(reader, symbol) ?? ""] ?? wordOperators.find((name) => takeWord(reader, name));
  if (operator !== undefined) return operator;
  throw expected(reader, "an operator (= != < <= > >= between in like contains)");
}

/** Whether the word that comes next is a key, since an operator follows it. */
export function isKeyNext(reader: Reader, which: "symbols" | "all"): boolean {
  const ahead: Reader = { text: reader.text, at: reader.at };
  ahead.at += peekWord(ahead).length;
  skipSpace(ahead);
  if (take(ahead, symbol) !== null) return true;
  return which === "all" && wordOperators.some((name) => takeWord(ahead, name));
}

const escapes: Readonly<Record<string, string>> = {
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  "/": "/",
  "\\": "\\",
  '"': '"',
  "'": "'",
};

/** A text in quotes. A quote in it is doubled or has a backslash before it; other escapes are those of JSON. */
export function readQuoted(reader: Reader): string {
  const { text, at } = reader;
  const quote = text.charAt(at);
  let result = "";
  for (let position = at + 1; position < text.length; position++) {
    const character = text.charAt(position);
    if (character === quote) {
      if (text[position + 1] !== quote) {
        reader.at = position + 1;
        return result;
      }
      result += quote;
      position++;
    } else if (character === "\\") {
      const hex = /^u([0-9a-f]{4})/i.exec(text.slice(position + 1, position + 6))?.[1];
      const next = text.charAt(position + 1);
      // What is no escape keeps its backslash, for patterns: '50\%'.
      result +=
        hex === undefined ? (escapes[next] ?? `\\${next}`) : String.fromCharCode(Number.parseInt(hex, 16));
      position += hex === undefined ? 1 : 5;
    } else result += character;
  }
  throw expected(reader, `a text that ends with another ${quote}`, at);
}
