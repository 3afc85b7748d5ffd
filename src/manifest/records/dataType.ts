// Tiled's data types (tiled/structures/array.py), every field present, keys in code-point order.

import { type ProblemCode, Refusal } from "../problem.ts";
import { choiceOf, Fields, fieldNames, isObject, listOf, mismatch, textOf } from "./fields.ts";

export interface ScalarDataType {
  dt_units: string | null;
  endianness: string;
  itemsize: number;
  kind: string;
}

export interface StructDataType {
  fields: { dtype: DataType; name: string; shape: number[] | null }[];
  itemsize: number;
}

export type DataType = ScalarDataType | StructDataType;

const code: ProblemCode = "bad_data_type";
const endiannesses = ["big", "little", "not_applicable"] as const;

// "O" is refused by a server without TILED_ALLOW_OBJECT_ARRAYS, and such arrays cannot be read from HDF5.
const kinds = ["t", "b", "i", "u", "f", "c", "m", "M", "S", "U", "V"] as const;

const scalarFields = fieldNames(["dt_units", "endianness", "itemsize", "kind"]);
const structFields = fieldNames(["fields", "itemsize"]);
const memberFields = fieldNames(["dtype", "name", "shape"]);

/**
 * A data type with its keys in order and a missing `dt_units` as null, as Tiled hashes it.
 *
 * @param field its name in messages
 */
export function readDataType(field: string, value: unknown): DataType {
  if (!isObject(value)) throw mismatch(field, "an object with endianness, kind and itemsize", value, code);
  if ("fields" in value) {
    new Fields(value, structFields, field);
    const members = listOf(`${field}.fields`, value.fields);
    return {
      fields: members.map((member, index) => readMember(`${field}.fields[${index}]`, member)),
      itemsize: sizeOf(`${field}.itemsize`, value.itemsize),
    };
  }
  const units = new Fields(value, scalarFields, field).get("dt_units") ?? null;
  if (units !== null && (typeof units !== "string" || !/^\[.+\]$/.test(units))) {
    throw mismatch(`${field}.dt_units`, 'null or a unit such as "[ns]"', units, code);
  }
  return {
    dt_units: units,
    endianness: choiceOf(`${field}.endianness`, value.endianness, { choices: endiannesses, code }),
    itemsize: sizeOf(`${field}.itemsize`, value.itemsize),
    kind: choiceOf(`${field}.kind`, value.kind, { choices: kinds, code }),
  };
}

function readMember(field: string, value: unknown): StructDataType["fields"][number] {
  if (!isObject(value)) throw mismatch(field, "an object with name and dtype", value, code);
  new Fields(value, memberFields, field);
  return {
    dtype: readDataType(`${field}.dtype`, value.dtype),
    name: textOf(`${field}.name`, value.name),
    shape: value.shape == null ? null : sizesOf(`${field}.shape`, value.shape),
  };
}

function sizesOf(field: string, value: unknown): number[] {
  return listOf(field, value).map((item, index) => sizeOf(`${field}[${index}]`, item));
}

function sizeOf(field: string, value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new Refusal(code, `${field} must be a number of bytes or items, 0 or more.`);
}
