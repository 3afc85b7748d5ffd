// Free values of a description as exact JSON.

import {
  arrayToJson,
  asJsonText,
  floatToJson,
  integerToJson,
  type JsonText,
  jsonNull,
  objectToJson,
  stringToJson,
} from "../../json.ts";
import type { Mistakes } from "./mistakes.ts";
import type { MappingValue, ScalarValue, TreeValue } from "./tree.ts";
import type { JsonEntry } from "./types.ts";

/** Tiled's serialiser takes integers of this range only. */
const minInteger = -(2n ** 63n);
const maxInteger = 2n ** 64n - 1n;

/** The entries of a mapping, each value as exact JSON: `1.0` stays a float, integers keep all digits. */
export function mappingToEntries(mapping: MappingValue, path: string, mistakes: Mistakes): JsonEntry[] {
  const entries: JsonEntry[] = [];
  for (const [key, { keyOffset, value }] of mapping.entries) {
    const inner = path === "" ? key : `${path}.${key}`;
    const problem = textProblem(key);
    if (problem !== null)
      mistakes.add(keyOffset, inner, `expected text that jsonb can store as a key, got ${problem}`);
    entries.push([key, toJson(value, inner, mistakes)]);
  }
  return entries;
}

function toJson(value: TreeValue, path: string, mistakes: Mistakes): JsonText {
  if (value.kind === "list") {
    return arrayToJson(value.items.map((item, index) => toJson(item, `${path}[${index}]`, mistakes)));
  }
  if (value.kind === "mapping") return objectToJson(mappingToEntries(value, path, mistakes));
  const problem = scalarProblem(value);
  if (problem !== null) mistakes.add(value.offset, path, problem);
  return scalarToJson(value);
}

function scalarToJson({ value }: ScalarValue): JsonText {
  switch (typeof value) {
    case "string":
      return stringToJson(value);
    case "number":
      return floatToJson(value);
    case "bigint":
      return integerToJson(value);
    case "boolean":
      return asJsonText(String(value));
    default:
      return jsonNull;
  }
}

function scalarProblem({ value, source }: ScalarValue): string | null {
  if (typeof value === "number" && !Number.isFinite(value)) {
    return `expected a finite number, which JSON can hold, got ${source}`;
  }
  if (typeof value === "bigint" && (value < minInteger || value > maxInteger)) {
    return `expected an integer from -2^63 to 2^64-1, got ${source} (put it in quotes to keep it as text)`;
  }
  const problem = typeof value === "string" ? textProblem(value) : null;
  return problem === null ? null : `expected text that jsonb can store, got ${problem}`;
}

function textProblem(text: string): string | null {
  if (text.includes("\0")) return "the character U+0000";
  return text.isWellFormed() ? null : "half a surrogate pair";
}
