// What `general` of initial datasets says of values: special ones, and names of enumerated ones.

import type { InitialDataset, JsonValue } from "../types.ts";
import { isObject } from "./mistake.ts";

type Warn = (message: string) => void;

/** Names of the values 0, 1, 2... by the name of their enum. */
export type EnumNames = ReadonlyMap<string, readonly string[]>;

/** Values with a meaning of their own, such as -9999 for "no limit", by group and attribute. */
export type SpecialValues = ReadonlyMap<string, ReadonlyMap<string, JsonValue>>;

/**
 * From `general.special`, or `no_data` of older files. Their keys are `<group>.<attribute>`, split at the first dot: names of
 * attributes have dots of their own. Where datasets disagree the first one counts.
 *
 * @example specialValues([roads]).get("segment_entities")?.get("speed"); // -9999
 */
export function specialValues(
  initials: Iterable<Pick<InitialDataset, "name" | "metadata">>,
  warn: Warn = () => undefined,
): SpecialValues {
  const groups = new Map<string, Map<string, JsonValue>>();
  for (const { name, key, value } of membersOf(initials, ["special", "no_data"])) {
    const dot = key.indexOf(".");
    if (dot < 0) {
      warn(`The special value "${key}" of ${name} is left out: its key must be <group>.<attribute>.`);
      continue;
    }
    const group = key.slice(0, dot);
    const values = groups.get(group) ?? new Map<string, JsonValue>();
    groups.set(group, values);
    setFirst(values, key.slice(dot + 1), { value, warn, what: `special value of "${key}"`, dataset: name });
  }
  return groups;
}

/**
 * From `general.enum`: the names of the values 0, 1, 2... Where datasets disagree the first one counts.
 *
 * @example enums([roads]).get("label"); // ["highway", "regular"]
 */
export function enums(
  initials: Iterable<Pick<InitialDataset, "name" | "metadata">>,
  warn: Warn = () => undefined,
): EnumNames {
  const found = new Map<string, string[]>();
  for (const { name, key, value } of membersOf(initials, ["enum"])) {
    if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
      warn(`The enum "${key}" of ${name} is left out: it is no list of texts.`);
      continue;
    }
    setFirst(found, key, { value: value as string[], warn, what: `enum "${key}"`, dataset: name });
  }
  return found;
}

function* membersOf(
  initials: Iterable<Pick<InitialDataset, "name" | "metadata">>,
  keys: readonly string[],
): Generator<{ name: string; key: string; value: JsonValue }> {
  for (const { name, metadata } of initials) {
    const { general } = metadata;
    if (!isObject(general)) continue;
    const part = keys.map((key) => general[key]).find(isObject);
    for (const [key, value] of Object.entries(part ?? {})) yield { name, key, value: value as JsonValue };
  }
}

function setFirst<Value>(
  values: Map<string, Value>,
  key: string,
  { value, warn, what, dataset }: { value: Value; warn: Warn; what: string; dataset: string },
): void {
  const before = values.get(key);
  if (before === undefined) values.set(key, value);
  else if (JSON.stringify(before) !== JSON.stringify(value)) {
    warn(
      `The ${what} is ${JSON.stringify(value)} in ${dataset} and ${JSON.stringify(before)} before; that one is taken.`,
    );
  }
}
