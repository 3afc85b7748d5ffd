// Specs: what a node claims to follow (tiled/server/schemas.py).

import { asJsonText, type JsonText } from "../../json.ts";
import { quote } from "../checkKey.ts";
import { Refusal } from "../problem.ts";
import { Fields, fieldNames, listOf, objectOf, shortTextOf } from "./fields.ts";

const maxSpecs = 20;
const specFields = fieldNames(["name", "version"]);
const none = asJsonText("[]");

/**
 * At most 20 different `{name, version}`; a missing version is null.
 *
 * @example readSpecs([{ name: "xdi" }]) // '[{"name":"xdi","version":null}]'
 */
export function readSpecs(value: unknown): JsonText {
  if (value === undefined || value === null) return none;
  const items = listOf("specs", value);
  if (items.length === 0) return none;
  if (items.length > maxSpecs) {
    throw new Refusal("too_many_specs", `specs has ${items.length} items; Tiled takes ${maxSpecs} at most.`);
  }
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    const text = readSpec(`specs[${index}]`, item);
    if (seen.has(text)) throw new Refusal("duplicate_spec", `specs[${index}] repeats ${quote(text)}.`);
    seen.add(text);
  }
  return asJsonText(`[${[...seen].join(",")}]`);
}

function readSpec(field: string, value: unknown): string {
  const spec = objectOf(field, value);
  const version = new Fields(spec, specFields, field).get("version") ?? null;
  return JSON.stringify({
    name: shortTextOf(`${field}.name`, spec.name),
    version: version === null ? null : shortTextOf(`${field}.version`, version),
  });
}
