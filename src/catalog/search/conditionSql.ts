// Conditions on `n`, a row of nodes, as SQL. Values and paths are parameters.

import type { CatalogNames } from "../tables.ts";
import { type Condition, isScalar, jsonType, type KeyPath, operators } from "./condition.ts";
import type { Parameters } from "./parameters.ts";

export interface ConditionContext {
  names: CatalogNames;
  parameters: Parameters;
  /** Whether `metadata #> path` has an index of its own where this search looks. */
  isPromoted(path: KeyPath): boolean;
}

/** True for the nodes that fit; false or NULL for others. The condition has been checked. */
export function conditionSql(condition: Condition, context: ConditionContext): string {
  const { names, parameters } = context;
  switch (condition.kind) {
    case "and":
    case "or":
      return combinedSql(condition.kind, condition.conditions, context);
    case "not":
      // The complement: NULL, where a key is missing, is not true either.
      return `((${conditionSql(condition.condition, context)}) is not true)`;
    case "compare":
      return compareSql(condition, context);
    case "between":
      return betweenSql(condition, context);
    case "in":
      return inSql(condition.path, condition.values, context);
    case "like":
      return likeSql(condition.path, condition.pattern, parameters);
    case "contains":
      return containsSql(condition.path, condition.value, parameters);
    case "has":
      return `${foundSql(condition.path, parameters)} is not null`;
    case "text":
      return `jsonb_to_tsvector('simple', n.metadata, '["string"]') @@ plainto_tsquery('simple', ${parameters.add(condition.words)}::text)`;
    case "spec":
      return `n.specs @> ${parameters.add(JSON.stringify([{ name: condition.name }]))}::jsonb`;
    case "family":
      return `n.structure_family = ${parameters.add(condition.name)}::${names.familyType}`;
    case "key":
      return `n.key = any(${parameters.add(condition.keys)}::text[])`;
  }
}

/** The value at a path; NULL where there is none. Written as the indexes of promoted keys are. */
export function foundSql(path: KeyPath, parameters: Parameters): string {
  return `(n.metadata #> ${parameters.addPath(path)})`;
}

function combinedSql(
  kind: "and" | "or",
  conditions: readonly Condition[],
  context: ConditionContext,
): string {
  if (conditions.length === 0) return kind === "and" ? "true" : "false";
  return `(${conditions.map((one) => conditionSql(one, context)).join(` ${kind} `)})`;
}

function compareSql(
  { path, operator, value }: Extract<Condition, { kind: "compare" }>,
  context: ConditionContext,
): string {
  if (operator === "eq") return equalSql(path, value, context);
  const { parameters } = context;
  const found = foundSql(path, parameters);
  const compared = `${found} ${operators[operator]} ${parameters.add(value)}::jsonb`;
  if (operator === "ne") return compared;
  const type = jsonType(value);
  if (type === "array" || type === "object") return `(jsonb_typeof(${found}) = '${type}' and ${compared})`;
  const { from, below } = ranges[type];
  return operator === "gt" || operator === "ge"
    ? `(${compared} and ${found} < '${below}'::jsonb)`
    : `(${compared} and ${found} >= '${from}'::jsonb)`;
}

/** Just above numeric's last 9,999 * 10^131068; nothing that a float64 or a decimal of a hundred digits holds is less. */
const leastNumber = "-9.999e131071";

/**
 * Where the values of a type begin and end in the order of jsonb. A second bound in place of `jsonb_typeof` keeps the
 * range of an index scan tight. (An empty list stands before null, the least other list is [null].)
 */
const ranges = {
  null: { from: "null", below: '""' },
  string: { from: '""', below: leastNumber },
  number: { from: leastNumber, below: "false" },
  boolean: { from: "false", below: "[null]" },
} as const;

/** Containment is served by Tiled's own GIN index, equality by that of a promoted key. */
function equalSql(path: KeyPath, value: string, context: ConditionContext): string {
  const { parameters, isPromoted } = context;
  const equal = (): string => `${foundSql(path, parameters)} = ${parameters.add(value)}::jsonb`;
  if (mayMeetLists(path)) return equal();
  if (isScalar(value) && isPromoted(path)) return equal();
  const contained = `n.metadata @> ${parameters.add(nest(path, value))}::jsonb`;
  return isScalar(value) ? contained : `(${contained} and ${equal()})`;
}

function betweenSql(
  { path, low, high }: Extract<Condition, { kind: "between" }>,
  { parameters }: ConditionContext,
): string {
  const found = foundSql(path, parameters);
  const within = `${found} >= ${parameters.add(low)}::jsonb and ${found} <= ${parameters.add(high)}::jsonb`;
  return isScalar(low) ? `(${within})` : `(jsonb_typeof(${found}) = '${jsonType(low)}' and ${within})`;
}

/**
 * Each value is a search of its own in the GIN index, 0.25 ms among 100,000 children; to look each of them up in a hash
 * table takes 76 ms for any number of values.
 */
const mostSearches = 200;

function inSql(path: KeyPath, values: readonly string[], context: ConditionContext): string {
  const { parameters, isPromoted } = context;
  if (values.length === 0) return "false";
  const isContained = values.length <= mostSearches && values.every(isScalar) && !mayMeetLists(path);
  if (isPromoted(path) || !isContained) {
    return `${foundSql(path, parameters)} = any(${parameters.add(values)}::jsonb[])`;
  }
  const nested = values.map((value) => nest(path, value));
  return `n.metadata @> any(${parameters.add(nested)}::jsonb[])`;
}

function likeSql(path: KeyPath, pattern: string, parameters: Parameters): string {
  const text = `(n.metadata #>> ${parameters.addPath(path)})`;
  const isText = `jsonb_typeof(${foundSql(path, parameters)}) = 'string'`;
  return `(${text} like ${parameters.add(pattern)}::text and ${isText})`;
}

/** In a text, a number to be found is its digits. */
function containsSql(path: KeyPath, value: string, parameters: Parameters): string {
  const text = jsonType(value) === "string" ? (JSON.parse(value) as string) : value.trim();
  const inText = likeSql(path, `%${text.replace(/[\\%_]/g, "\\$&")}%`, parameters);
  const inList = mayMeetLists(path)
    ? `${foundSql(path, parameters)} @> ${parameters.add(`[${value}]`)}::jsonb`
    : `n.metadata @> ${parameters.add(nest(path, `[${value}]`))}::jsonb`;
  return `(${inText} or ${inList})`;
}

/** `#>` takes a number below the top for the place of an element, too; containment does not. */
function mayMeetLists(path: KeyPath): boolean {
  return path.slice(1).some((key) => /^\s*[+-]?\d+$/.test(key));
}

/** `{"a":{"b":VALUE}}`. */
function nest(path: KeyPath, value: string): string {
  return path.reduceRight<string>((inner, key) => `{${JSON.stringify(key)}:${inner}}`, value);
}
