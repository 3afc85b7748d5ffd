// Reading the fields of a parsed JSON object, with messages that name them.

import { didYouMean } from "../../suggest.ts";
import { quote } from "../checkKey.ts";
import { type ProblemCode, Refusal } from "../problem.ts";

export type JsonObject = { readonly [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Field names as the tables have them (snake_case), each also found under its camelCase form. */
export type FieldNames = ReadonlyMap<string, string>;

export function fieldNames(names: readonly string[]): FieldNames {
  const map = new Map<string, string>();
  for (const name of names) {
    map.set(name, name);
    map.set(
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      name,
    );
  }
  return map;
}

/** The fields of one object, under whichever of their names they are written. */
export class Fields {
  readonly #object: JsonObject;
  /** Only when a name is not the table's own; most objects are read without. */
  readonly #keys: Map<string, string> | null;

  /**
   * Refuses unknown fields, and one field under two names.
   *
   * @param where the object's own name in messages, such as "data_source"; "" for the record
   */
  constructor(object: JsonObject, names: FieldNames, where: string) {
    this.#object = object;
    let isPlain = true;
    for (const key of Object.keys(object)) {
      const name = names.get(key);
      if (name === undefined) throw unknownField(key, names, where);
      if (name !== key) isPlain = false;
    }
    this.#keys = isPlain ? null : keysByName(object, names);
  }

  get(name: string): unknown {
    return this.#object[this.key(name)];
  }

  /** How the field is written in this object. */
  key(name: string): string {
    return this.#keys?.get(name) ?? name;
  }

  /** The text of the field's value, from the texts of all members. */
  text(name: string, texts: ReadonlyMap<string, string>): string {
    return texts.get(this.key(name)) ?? "null";
  }
}

function keysByName(object: JsonObject, names: FieldNames): Map<string, string> {
  const keys = new Map<string, string>();
  for (const key of Object.keys(object)) {
    const name = names.get(key) ?? key;
    const other = keys.get(name);
    if (other !== undefined) {
      throw new Refusal("repeated_field", `The record has both ${quote(other)} and ${quote(key)}; keep one.`);
    }
    keys.set(name, key);
  }
  return keys;
}

function unknownField(key: string, names: FieldNames, where: string): Refusal {
  const field = where === "" ? quote(key) : `${where}.${key.length > 80 ? `${key.slice(0, 77)}...` : key}`;
  const hint = didYouMean(key, new Set(names.values()));
  return new Refusal("unknown_field", `The field ${field} is unknown${hint}.`);
}

/** What a value is, for "expected ..., got ...". */
export function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? quote(value) : String(value);
}

/** The refusal of a value that is not what the field takes. */
export function mismatch(
  field: string,
  expected: string,
  value: unknown,
  code: ProblemCode = "wrong_type",
): Refusal {
  const actual = value === undefined && code === "wrong_type" ? "missing_field" : code;
  return new Refusal(actual, `${field} must be ${expected}, but is ${describe(value)}.`);
}

export function textOf(field: string, value: unknown): string {
  if (typeof value !== "string") throw mismatch(field, "text", value);
  return value;
}

export function listOf(field: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw mismatch(field, "a list", value);
  return value;
}

export function objectOf(field: string, value: unknown): JsonObject {
  if (!isObject(value)) throw mismatch(field, "an object", value);
  return value;
}

/** Text of at most 255 characters, the width of Tiled's short columns. */
export function shortTextOf(field: string, value: unknown): string {
  const text = textOf(field, value);
  if (text.length > 255 && [...text].length > 255) {
    throw new Refusal("text_too_long", `${field} must have at most 255 characters, but has ${text.length}.`);
  }
  return text;
}

export function choiceOf<T extends string>(
  field: string,
  value: unknown,
  { choices, code }: { choices: readonly T[]; code: ProblemCode },
): T {
  const choice = choices.find((one) => one === value);
  if (choice !== undefined) return choice;
  const hint = typeof value === "string" ? didYouMean(value, choices) : "";
  throw new Refusal(code, `${field} must be one of ${choices.join(", ")}, but is ${describe(value)}${hint}.`);
}
