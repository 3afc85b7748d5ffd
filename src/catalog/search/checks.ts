// What PostgreSQL would refuse, or choke on, is refused here with a sentence.

import { shown } from "../../bulk/codecs/element.ts";
import { jsonText } from "../../bulk/codecs/jsonValue.ts";
import { rawJsonMisfit } from "../../bulk/codecs/rawJson.ts";
import { textMisfit } from "../../bulk/codecs/texts.ts";
import { CopycatError } from "../../errors.ts";
import { type Condition, isScalar, jsonType, type KeyPath, type Leaf, operators } from "./condition.ts";

export const maxConditions = 1000;
const maxDepth = 256;
const maxPathKeys = 100;
const maxTextCharacters = 10_000;

/** @throws CopycatError USAGE when the text holds U+0000 or half a surrogate pair */
export function checkText(text: unknown, what: string): void {
  if (typeof text !== "string") throw usage(`${what} is no text.`);
  const misfit = textMisfit(text);
  if (misfit !== null) {
    throw usage(`${what} ${shown(JSON.stringify(text))} ${misfit.what}, which nothing in a catalog does.`);
  }
}

/** @throws CopycatError USAGE */
export function checkPath(path: KeyPath): void {
  if (!Array.isArray(path) || path.length === 0) throw usage("A key of the metadata is missing.");
  if (path.length > maxPathKeys) {
    throw usage(`A key of ${path.length} levels is too deep: ${maxPathKeys} at most.`);
  }
  for (const key of path) checkText(key, "The key");
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** @throws CopycatError USAGE when the text is no JSON, or none that jsonb can hold */
export function checkJson(text: string): string {
  if (typeof text !== "string" || !isJson(text)) {
    throw usage(`The value ${shown(String(text))} is no JSON text; a string has double quotes around it.`);
  }
  const misfit = rawJsonMisfit(text);
  if (misfit !== null) throw usage(`The value ${shown(text)} ${misfit.what}, which no metadata does.`);
  return text;
}

/** JSON text of any value, exact. */
export function toJson(value: unknown): string {
  const text = jsonText(value);
  if (typeof text === "string") return text;
  throw usage(`Cannot search for this value: it ${text.what}.`);
}

/** The leaves of a tree that has been checked as a whole. */
export function checkCondition(condition: Condition): Leaf[] {
  const leaves: Leaf[] = [];
  const visit = (one: Condition, depth: number): void => {
    if (depth > maxDepth) throw usage(`The conditions are nested deeper than ${maxDepth} levels.`);
    if (one.kind === "not") visit(one.condition, depth + 1);
    else if (one.kind === "and" || one.kind === "or") {
      for (const child of one.conditions) visit(child, depth + 1);
    } else {
      checkLeaf(one);
      if (leaves.push(one) > maxConditions) throw tooMany();
    }
  };
  visit(condition, 0);
  return leaves;
}

export function tooMany(): CopycatError {
  return usage(`More than ${maxConditions} conditions; a list of values is one: KEY in (A, B, C).`);
}

function checkLeaf(leaf: Leaf): void {
  switch (leaf.kind) {
    case "text":
      checkWords(leaf.words);
      break;
    case "spec":
    case "family":
      checkText(leaf.name, `The ${leaf.kind}`);
      break;
    case "key":
      for (const key of leaf.keys) checkText(key, "The node key");
      break;
    case "compare":
    case "between":
    case "in":
    case "like":
    case "contains":
    case "has":
      checkPath(leaf.path);
      checkOperand(leaf);
      break;
    default:
      throw usage(`This is no condition: ${shown(String(JSON.stringify(leaf)))}.`);
  }
}

function checkOperand(leaf: Extract<Leaf, { path: KeyPath }>): void {
  switch (leaf.kind) {
    case "compare":
      if (!Object.hasOwn(operators, leaf.operator)) {
        throw usage(`There is no operator ${shown(String(JSON.stringify(leaf.operator)))}.`);
      }
      checkJson(leaf.value);
      break;
    case "between":
      checkEnds(leaf.low, leaf.high);
      break;
    case "in":
      for (const value of leaf.values) checkJson(value);
      break;
    case "like":
      checkPattern(leaf.pattern);
      break;
    case "contains":
      if (isScalar(checkJson(leaf.value))) break;
      throw usage(`contains takes a text or another single value, not ${shown(leaf.value)}.`);
    case "has":
      break;
  }
}

function checkEnds(low: string, high: string): void {
  const [lowType, highType] = [jsonType(checkJson(low)), jsonType(checkJson(high))];
  if (lowType === highType) return;
  throw usage(
    `Nothing lies between ${shown(low)} and ${shown(high)}: a ${lowType} and a ${highType} are never compared.`,
  );
}

function checkPattern(pattern: string): void {
  checkText(pattern, "The pattern");
  if (pattern.length > maxTextCharacters) {
    throw usage(`A pattern of ${pattern.length} characters is too long: ${maxTextCharacters} at most.`);
  }
  // LIKE would refuse it (22025).
  if (/(?<!\\)(?:\\\\)*\\$/.test(pattern)) {
    throw usage(`The pattern ${shown(pattern)} ends with a backslash; write two to find one.`);
  }
}

function checkWords(words: string): void {
  checkText(words, "The text");
  if (words.trim() === "") throw usage("A search for text needs a word.");
  // A query has room for 1 MiB of words (54000).
  if (words.length <= maxTextCharacters) return;
  throw usage(`A text of ${words.length} characters is too long: ${maxTextCharacters} at most.`);
}

function usage(message: string): CopycatError {
  return new CopycatError("USAGE", message);
}
