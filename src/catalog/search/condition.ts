// What a search asks for, as a plain tree that can be written as JSON and read again.

/** How a value is compared, and the operator of SQL. */
export const operators = { eq: "=", ne: "<>", lt: "<", le: "<=", gt: ">", ge: ">=" } as const;

export type Operator = keyof typeof operators;

/** Keys from the top of the metadata downwards; below a list, a number is the place of an element. */
export type KeyPath = readonly string[];

/** A condition without others in it. Values are JSON text, so that 9007199254740993 stays what it is. */
export type Leaf =
  | { kind: "compare"; path: KeyPath; operator: Operator; value: string }
  | { kind: "between"; path: KeyPath; low: string; high: string }
  | { kind: "in"; path: KeyPath; values: readonly string[] }
  | { kind: "like"; path: KeyPath; pattern: string }
  | { kind: "contains"; path: KeyPath; value: string }
  | { kind: "has"; path: KeyPath }
  | { kind: "text"; words: string }
  | { kind: "spec"; name: string }
  | { kind: "family"; name: string }
  | { kind: "key"; keys: readonly string[] };

/** Made by `key`, `and`, `or`, `not` and their like, or by `parseWhere`. */
export type Condition =
  | Leaf
  | { kind: "and"; conditions: readonly Condition[] }
  | { kind: "or"; conditions: readonly Condition[] }
  | { kind: "not"; condition: Condition };

export type JsonType = "null" | "string" | "number" | "boolean" | "array" | "object";

const typesByFirst: Readonly<Record<string, JsonType>> = {
  n: "null",
  '"': "string",
  t: "boolean",
  f: "boolean",
  "[": "array",
  "{": "object",
};

/** The type of valid JSON text. */
export function jsonType(text: string): JsonType {
  return typesByFirst[text.trimStart().charAt(0)] ?? "number";
}

export function isScalar(text: string): boolean {
  const type = jsonType(text);
  return type !== "array" && type !== "object";
}
