// Conditions made in code. What they hold is checked when the search runs.

import { toJson } from "./checks.ts";
import type { Condition, KeyPath, Operator } from "./condition.ts";

/** What can be asked of one key of the metadata. */
export interface KeyConditions {
  eq(value: unknown): Condition;
  /** The key is there and has another value, of whatever type. */
  ne(value: unknown): Condition;
  lt(value: unknown): Condition;
  le(value: unknown): Condition;
  gt(value: unknown): Condition;
  ge(value: unknown): Condition;
  /** Both ends included. */
  between(low: unknown, high: unknown): Condition;
  in(values: Iterable<unknown>): Condition;
  /** A text that fits a pattern of SQL: `%` is any characters, `_` is one. */
  like(pattern: string): Condition;
  /** A text with this in it, or a list with this as an element. */
  contains(value: unknown): Condition;
  exists(): Condition;
}

/**
 * Conditions on a key of the metadata. Dots lead into nested metadata; a list of keys takes dots as they are.
 * Only values of the same JSON type are compared. Numbers beyond 2^53 can be given as bigint.
 *
 * @example
 * and(key("Ja_meV").gt(0.5), or(key("material").eq("NiPS3"), not(key(["odd.key", "x"]).exists())))
 */
export function key(path: string | KeyPath): KeyConditions {
  const keys = typeof path === "string" ? path.split(".") : path;
  const compare =
    (operator: Operator) =>
    (value: unknown): Condition => ({ kind: "compare", path: keys, operator, value: toJson(value) });
  return {
    eq: compare("eq"),
    ne: compare("ne"),
    lt: compare("lt"),
    le: compare("le"),
    gt: compare("gt"),
    ge: compare("ge"),
    between: (low, high) => ({ kind: "between", path: keys, low: toJson(low), high: toJson(high) }),
    in: (values) => ({ kind: "in", path: keys, values: Array.from(values, toJson) }),
    like: (pattern) => ({ kind: "like", path: keys, pattern }),
    contains: (value) => ({ kind: "contains", path: keys, value: toJson(value) }),
    exists: () => ({ kind: "has", path: keys }),
  };
}

/** All of them; without any, every node. */
export function and(...conditions: Condition[]): Condition {
  return combine("and", conditions);
}

/** At least one of them; without any, no node. */
export function or(...conditions: Condition[]): Condition {
  return combine("or", conditions);
}

/** All nodes but those: also the ones that do not have the keys in question. */
export function not(condition: Condition): Condition {
  return { kind: "not", condition };
}

/** Nodes whose metadata hold all of the words, in whatever texts. */
export function fullText(words: string): Condition {
  return { kind: "text", words };
}

/** Nodes with a spec of this name, of any version. */
export function spec(name: string): Condition {
  return { kind: "spec", name };
}

/** Nodes of a structure family, such as array or container. */
export function structureFamily(name: string): Condition {
  return { kind: "family", name };
}

/** Nodes by their own keys, the last segments of their paths. */
export function nodeKey(...keys: string[]): Condition {
  return { kind: "key", keys };
}

function combine(kind: "and" | "or", conditions: readonly Condition[]): Condition {
  const [only, ...others] = conditions;
  return only !== undefined && others.length === 0 ? only : { kind, conditions };
}
