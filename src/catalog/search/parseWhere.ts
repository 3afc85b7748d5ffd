// The filter language: `Ja_meV > 0.5 AND (material = "NiPS3" OR NOT has Dc_meV)`.

import { CopycatError } from "../../errors.ts";
import { and, fullText, nodeKey, not, or, spec, structureFamily } from "./build.ts";
import { checkCondition, checkPath, maxConditions, tooMany } from "./checks.ts";
import type { Condition, KeyPath } from "./condition.ts";
import {
  expected,
  isAtEnd,
  isKeyNext,
  openReader,
  peekWord,
  type Reader,
  readKey,
  readOperator,
  takeSymbol,
  takeWord,
} from "./scan.ts";
import { readValue, type Value } from "./scanValue.ts";
import type { SortKey } from "./types.ts";

/** Of parentheses and NOTs: each is a call of a function in a call of a function. */
const maxNesting = 100;

interface Parser {
  reader: Reader;
  /** How many have been read. */
  conditions: number;
}

/**
 * A condition from the filter language; `copycat search --help` teaches it.
 *
 * @throws CopycatError USAGE with the column and what was expected there
 *
 * @example parseWhere('Ja_meV between 0.5 and 1 and not material in (NiPS3, MnPS3)')
 */
export function parseWhere(text: string): Condition {
  const parser = { reader: openReader(text), conditions: 0 };
  const condition = parseOr(parser, 0);
  if (!isAtEnd(parser.reader)) throw expected(parser.reader, "and, or, or the end");
  checkCondition(condition);
  return condition;
}

/** A key of the metadata as the filter language writes it: `instrument.name`, `"odd key"."sub.key"`. */
export function parseKey(text: string): string[] {
  const reader = openReader(text);
  const path = readKey(reader);
  if (!isAtEnd(reader)) throw expected(reader, "a dot or the end");
  checkPath(path);
  return path;
}

/** Keys with commas between them. */
export function parseKeys(text: string): string[][] {
  const reader = openReader(text);
  const paths: string[][] = [];
  do {
    paths.push(readKey(reader));
  } while (takeSymbol(reader, ","));
  if (!isAtEnd(reader)) throw expected(reader, "a dot, a comma or the end");
  paths.forEach(checkPath);
  return paths;
}

/** `KEY`, or `-KEY` for the largest first. */
export function parseSortKey(text: string): SortKey {
  const descending = text.startsWith("-");
  return { path: parseKey(descending ? text.slice(1) : text), descending };
}

/** `KEY=a,b,c`: one of the values. */
export function parseIn(text: string): Condition {
  const reader = openReader(text);
  const path = isNodeKey(reader) ? nodeKeyPath(reader) : readKey(reader);
  if (!takeSymbol(reader, "=")) throw expected(reader, "= and values with commas between them");
  const condition = isIn(path, readList(reader));
  if (!isAtEnd(reader)) throw expected(reader, "a comma or the end");
  checkCondition(condition);
  return condition;
}

function parseOr(parser: Parser, depth: number): Condition {
  const conditions = [parseAnd(parser, depth)];
  while (takeWord(parser.reader, "or")) conditions.push(parseAnd(parser, depth));
  return or(...conditions);
}

function parseAnd(parser: Parser, depth: number): Condition {
  const conditions = [parseFactor(parser, depth)];
  while (takeWord(parser.reader, "and")) conditions.push(parseFactor(parser, depth));
  return and(...conditions);
}

function parseFactor(parser: Parser, depth: number): Condition {
  const { reader } = parser;
  if (depth > maxNesting) {
    const message = `A filter has more than ${maxNesting} parentheses and NOTs inside each other.`;
    throw new CopycatError("USAGE", message);
  }
  if (takeSymbol(reader, "(")) {
    const condition = parseOr(parser, depth + 1);
    if (!takeSymbol(reader, ")")) throw expected(reader, "and, or, or )");
    return condition;
  }
  const isKey = isKeyNext(reader, "symbols");
  if (!isKey && takeWord(reader, "not")) return not(parseFactor(parser, depth + 1));
  parser.conditions++;
  if (parser.conditions > maxConditions) throw tooMany();
  return parseCondition(reader);
}

function parseCondition(reader: Reader): Condition {
  if (isNodeKey(reader)) return parseNodeKey(reader);
  if (!isKeyNext(reader, "all")) {
    if (takeWord(reader, "has")) return { kind: "has", path: readKey(reader) };
    if (takeWord(reader, "text")) return fullText(readValue(reader, "condition").text);
    if (takeWord(reader, "spec")) return spec(readValue(reader, "condition").text);
    if (takeWord(reader, "family")) return structureFamily(readValue(reader, "condition").text);
  }
  return parseComparison(reader, readKey(reader));
}

function parseComparison(reader: Reader, path: KeyPath): Condition {
  const operator = readOperator(reader);
  if (operator === "in") return isIn(path, readParenthesised(reader));
  const value = readValue(reader, "condition");
  if (operator === "like") return { kind: "like", path, pattern: value.text };
  if (operator === "contains") return { kind: "contains", path, value: value.json };
  if (operator !== "between") return { kind: "compare", path, operator, value: value.json };
  if (!takeWord(reader, "and")) throw expected(reader, "and (the upper end of between)");
  return { kind: "between", path, low: value.json, high: readValue(reader, "condition").json };
}

/** The bare word stands for the node's own key; quoted it is a key of the metadata. */
function isNodeKey(reader: Reader): boolean {
  return peekWord(reader).toLowerCase() === "key";
}

function parseNodeKey(reader: Reader): Condition {
  takeWord(reader, "key");
  const { at } = reader;
  switch (readOperator(reader)) {
    case "in":
      return isIn(null, readParenthesised(reader));
    case "eq":
      return nodeKey(readValue(reader, "condition").text);
    case "ne":
      return not(nodeKey(readValue(reader, "condition").text));
    default:
      throw expected(
        reader,
        '= != or in after key, the own key of a node (quote it for metadata: "key")',
        at,
      );
  }
}

/** Null stands for it. */
function nodeKeyPath(reader: Reader): null {
  takeWord(reader, "key");
  return null;
}

function isIn(path: KeyPath | null, values: readonly Value[]): Condition {
  return path === null
    ? nodeKey(...values.map(({ text }) => text))
    : { kind: "in", path, values: values.map(({ json }) => json) };
}

function readParenthesised(reader: Reader): Value[] {
  if (!takeSymbol(reader, "(")) throw expected(reader, "( and values with commas between them");
  const values = readList(reader);
  if (!takeSymbol(reader, ")")) throw expected(reader, "a comma or )");
  return values;
}

function readList(reader: Reader): Value[] {
  const values: Value[] = [];
  do {
    values.push(readValue(reader, "list"));
  } while (takeSymbol(reader, ","));
  return values;
}
