// One source, gathered entity by entity.

import { DistinctCounter } from "./distinctCounter.ts";

export type ValueType = "number" | "string" | "boolean" | "null" | "array" | "object";

export interface SourceKey {
  key: string;
  /** Entities with the key, by JSON type of the value. */
  types: Partial<Record<ValueType, number>>;
  /** Entities with the key, and their share of all entities of the source. */
  present: number;
  presence: number;
  /** Different numbers (as doubles), strings and booleans; beyond 16,384 an estimate, within about 1 %. */
  distinct: number;
  isEstimate: boolean;
  /** Of the numbers; null without any. */
  min: number | null;
  max: number | null;
}

export interface SourceFacts {
  source: string;
  /** Containers below a dataset, at any depth. */
  entities: number;
  /** Nodes with data. */
  arrays: number;
  keys: SourceKey[];
}

interface KeyProfile {
  types: SourceKey["types"];
  present: number;
  distinct: DistinctCounter;
  min: number;
  max: number;
}

export class SourceProfile {
  readonly #keys = new Map<string, KeyProfile>();
  #entities = 0;
  #arrays = 0;

  addArrays(count: number): void {
    this.#arrays += count;
  }

  addEntity(metadata: Readonly<Record<string, unknown>>): void {
    this.#entities++;
    // `Object.entries` would make a list for each key.
    for (const key in metadata) addValue(this.#profileOf(key), metadata[key]);
  }

  #profileOf(key: string): KeyProfile {
    const known = this.#keys.get(key);
    if (known !== undefined) return known;
    const profile = {
      types: {},
      present: 0,
      distinct: new DistinctCounter(),
      min: Number.POSITIVE_INFINITY,
      max: Number.NEGATIVE_INFINITY,
    };
    this.#keys.set(key, profile);
    return profile;
  }

  facts(source: string): SourceFacts {
    const keys = [...this.#keys].map(([key, profile]) => describeKey(key, profile, this.#entities));
    return { source, entities: this.#entities, arrays: this.#arrays, keys: keys.sort(byName("key")) };
  }
}

/** Of code points, but for those beyond U+FFFF. */
export function byName<Name extends string>(name: Name) {
  return (one: Record<Name, string>, other: Record<Name, string>): number =>
    one[name] < other[name] ? -1 : 1;
}

function addValue(profile: KeyProfile, value: unknown): void {
  profile.present++;
  const type = typeOf(value);
  profile.types[type] = (profile.types[type] ?? 0) + 1;
  if (typeof value === "number") {
    if (value < profile.min) profile.min = value;
    if (value > profile.max) profile.max = value;
  }
  if (typeof value === "number" || typeof value === "string" || typeof value === "boolean") {
    profile.distinct.add(value);
  }
}

/** Of a value from JSON. */
function typeOf(value: unknown): ValueType {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : (typeof value as ValueType);
}

function describeKey(
  key: string,
  { types, present, distinct, min, max }: KeyProfile,
  entities: number,
): SourceKey {
  const { number = 0, string = 0, boolean = 0 } = types;
  return {
    key,
    types,
    present,
    presence: present / entities,
    distinct: Math.min(distinct.count, number + string + boolean),
    isEstimate: !distinct.isExact,
    min: number === 0 ? null : min,
    max: number === 0 ? null : max,
  };
}
