// `data_sources.parameters` are keyword arguments of Tiled's adapter: a wrong one is HTTP 500, not a warning.

import { didYouMean } from "../../suggest.ts";
import { Refusal } from "../problem.ts";
import { describe, type JsonObject, mismatch } from "./fields.ts";
import type { StructureFamily } from "./types.ts";

export const hdf5Mimetype = "application/x-hdf5";

const where = "data_source.parameters";

const isText = (value: unknown): boolean => typeof value === "string";
const isBoolean = (value: unknown): boolean => typeof value === "boolean";

/** Keyword arguments of HDF5ArrayAdapter.from_catalog (tiled/adapters/hdf5.py). */
const hdf5Parameters = new Map<string, { expected: string; accepts: (value: unknown) => boolean }>([
  [
    "dataset",
    { expected: "text or a list of texts", accepts: (value) => isText(value) || isTextList(value) },
  ],
  ["slice", { expected: "text", accepts: isText }],
  ["squeeze", { expected: "true or false", accepts: isBoolean }],
  ["swmr", { expected: "true or false", accepts: isBoolean }],
  ["libver", { expected: "text", accepts: isText }],
  [
    "locking",
    {
      expected: "true, false, text or null",
      accepts: (value) => value === null || isBoolean(value) || isText(value),
    },
  ],
]);

/**
 * Refuses parameters that Tiled's HDF5 adapter would fail on; those of other mimetypes are not looked at.
 *
 * `slice` must be text: the integer 0 is false in Python and would silently not be applied.
 */
export function checkParameters(mimetype: string, family: StructureFamily, parameters: JsonObject): void {
  if (mimetype !== hdf5Mimetype) return;
  for (const [key, value] of Object.entries(parameters)) {
    const parameter = hdf5Parameters.get(key);
    if (parameter === undefined) {
      // A container's adapter ignores what it does not know.
      if (family !== "array") continue;
      const hint = didYouMean(key, hdf5Parameters.keys());
      throw new Refusal("unknown_parameter", `${where}.${key} is no parameter of an HDF5 array${hint}.`);
    }
    if (parameter.accepts(value)) continue;
    if (key === "slice") {
      const example = `"${typeof value === "number" ? value : 0}"`;
      const message = `${where}.slice must be text such as ${example}, but is ${describe(value)}.`;
      throw new Refusal("slice_not_text", message);
    }
    throw mismatch(`${where}.${key}`, parameter.expected, value);
  }
  if (family === "array" && parameters.dataset === undefined) {
    throw new Refusal(
      "missing_field",
      `${where}.dataset is missing: the path of the array in its HDF5 file.`,
    );
  }
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}
