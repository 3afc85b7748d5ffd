// Structures by family, completed so that their md5 is the id Tiled gives (tiled/catalog/utils.py).

import { asJsonText, type JsonText } from "../../json.ts";
import { Refusal } from "../problem.ts";
import { readDataType } from "./dataType.ts";
import { Fields, fieldNames, isObject, listOf, mismatch, textOf } from "./fields.ts";
import { readChunks, readDims, readResizable, readShape } from "./shape.ts";
import type { StructureFamily } from "./types.ts";

const where = "data_source.structure";

const fieldsByFamily = {
  array: fieldNames(["chunks", "data_type", "dims", "resizable", "shape"]),
  ragged: fieldNames(["chunks", "data_type", "dims", "resizable", "shape", "size"]),
  sparse: fieldNames(["chunks", "coord_data_type", "data_type", "dims", "layout", "resizable", "shape"]),
  table: fieldNames(["arrow_schema", "columns", "npartitions", "resizable"]),
};

type CompletedFamily = keyof typeof fieldsByFamily;

// Millions of arrays share few structures. Bounded in number and length, and emptied when full.
const completed = new Map<string, JsonText>();
const maxCached = 4096;
const maxCachedLength = 4096;

/**
 * The structure of a data source with every field that Tiled would write, nulls included.
 *
 * For arrays, ragged and sparse arrays and tables the text is canonical: its md5 is the structure's id.
 * Containers and bytes need no structure; theirs and that of awkward arrays are kept as they are.
 *
 * @param text the exact JSON of `value`
 * @example completeStructure("array", value, text) // {"chunks":[[3]],"data_type":{"dt_units":null,...
 */
export function completeStructure(family: StructureFamily, value: unknown, text: string): JsonText | null {
  if (value === undefined || value === null) {
    if (family === "container" || family === "bytes") return null;
    throw new Refusal(
      "missing_structure",
      `${where} is missing: a data source of family ${family} needs one.`,
    );
  }
  if (!isObject(value)) throw mismatch(where, "an object", value);
  if (!isCompleted(family)) return asJsonText(text);
  if (text.length > maxCachedLength) return complete(family, value);
  const key = `${family} ${text}`;
  const known = completed.get(key);
  if (known !== undefined) return known;
  const result = complete(family, value);
  if (completed.size >= maxCached) completed.clear();
  // Through a buffer: a slice as key would keep the whole line that it was cut from.
  completed.set(Buffer.from(key).toString(), result);
  return result;
}

function isCompleted(family: StructureFamily): family is CompletedFamily {
  return family in fieldsByFamily;
}

function complete(family: CompletedFamily, value: { readonly [key: string]: unknown }): JsonText {
  const fields = new Fields(value, fieldsByFamily[family], where);
  return asJsonText(JSON.stringify(family === "table" ? tableOf(fields) : arrayOf(family, fields)));
}

/** Keys in code-point order, as in Tiled's canonical JSON; a key that is undefined is left out. */
function arrayOf(family: "array" | "ragged" | "sparse", fields: Fields): object {
  const shape = readShape(`${where}.shape`, fields.get("shape"), family === "ragged");
  const coordinates = fields.get("coord_data_type") ?? { endianness: "little", itemsize: 8, kind: "u" };
  if (family === "sparse" && (fields.get("layout") ?? "COO") !== "COO") {
    throw mismatch(`${where}.layout`, '"COO"', fields.get("layout"));
  }
  return {
    chunks: readChunks(`${where}.chunks`, fields.get("chunks"), shape),
    coord_data_type: family === "sparse" ? readDataType(`${where}.coord_data_type`, coordinates) : undefined,
    data_type: readDataType(`${where}.data_type`, fields.get("data_type")),
    dims: readDims(`${where}.dims`, fields.get("dims"), shape.length),
    layout: family === "sparse" ? "COO" : undefined,
    resizable: readResizable(`${where}.resizable`, fields.get("resizable")),
    shape,
    size: family === "ragged" ? countOf(`${where}.size`, fields.get("size")) : undefined,
  };
}

function tableOf(fields: Fields): object {
  const columns = listOf(`${where}.columns`, fields.get("columns"));
  return {
    arrow_schema: textOf(`${where}.arrow_schema`, fields.get("arrow_schema")),
    columns: columns.map((column, index) => textOf(`${where}.columns[${index}]`, column)),
    npartitions: countOf(`${where}.npartitions`, fields.get("npartitions")),
    resizable: readResizable(`${where}.resizable`, fields.get("resizable")),
  };
}

function countOf(field: string, value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw mismatch(field, "an integer, 0 or more", value);
}
