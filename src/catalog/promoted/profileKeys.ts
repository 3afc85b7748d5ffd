// What the keys of some metadata look like: types, presence, spread. Nested keys stand by themselves.

/** Of one key, over the nodes that were looked at. */
export interface KeyProfile {
  path: string[];
  /** Nodes with the key, by JSON type; null counts as present. */
  types: Partial<Record<"number" | "string" | "boolean" | "null" | "array" | "object", number>>;
  present: number;
  /** Different scalars. */
  distinct: number;
  /** Of the numbers; null without any. */
  min: number | null;
  max: number | null;
  longestBytes: number;
}

/** Deeper than anybody searches. */
const deepest = 4;

/** Objects are gone into, lists are not. */
export function profileKeys(metadata: Iterable<Record<string, unknown> | null>): KeyProfile[] {
  const builders = new Map<string, Builder>();
  for (const one of metadata) if (one !== null) visit(one, [], builders);
  return [...builders.values()].map(({ profile, values }) => ({ ...profile, distinct: values.size }));
}

interface Builder {
  profile: KeyProfile;
  values: Set<unknown>;
}

function visit(object: object, above: readonly string[], builders: Map<string, Builder>): void {
  for (const [key, value] of Object.entries(object)) {
    const path = [...above, key];
    count(builderOf(path, builders), value);
    if (isObject(value) && path.length < deepest) visit(value, path, builders);
  }
}

function builderOf(path: string[], builders: Map<string, Builder>): Builder {
  const name = JSON.stringify(path);
  const present = builders.get(name);
  if (present !== undefined) return present;
  const profile = { path, types: {}, present: 0, distinct: 0, min: null, max: null, longestBytes: 0 };
  const made = { profile, values: new Set() };
  builders.set(name, made);
  return made;
}

function count({ profile, values }: Builder, value: unknown): void {
  const type = typeOf(value);
  profile.present += 1;
  profile.types[type] = (profile.types[type] ?? 0) + 1;
  if (type === "array" || type === "object" || type === "null") return;
  values.add(value);
  if (typeof value === "number") {
    profile.min = Math.min(profile.min ?? value, value);
    profile.max = Math.max(profile.max ?? value, value);
  } else if (typeof value === "string") {
    profile.longestBytes = Math.max(profile.longestBytes, Buffer.byteLength(value));
  }
}

function typeOf(value: unknown): keyof KeyProfile["types"] {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  const type = typeof value;
  return type === "number" || type === "string" || type === "boolean" ? type : "object";
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
