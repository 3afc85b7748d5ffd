// Rows of arrays -> groups of arrays.

import type { EntityData, GroupData, SimulationArray } from "../../types.ts";
import { checkLengths, checkRowPtr, decodeNumpy, isShape } from "../entityData.ts";
import { Mistake, step } from "../mistake.ts";
import type { SqliteReader, SqliteValue } from "./reader.ts";

/** A row of `readArrays`. */
export interface ArrayRow {
  /** The update, or the initial dataset, that it belongs to. */
  owner: SqliteValue;
  entity_group: SqliteValue;
  attribute_name: SqliteValue;
  dtype: SqliteValue;
  shape: SqliteValue;
  data: SqliteValue;
  ptr_id: SqliteValue;
  ptr_dtype: SqliteValue;
  ptr_shape: SqliteValue;
  ptr_data: SqliteValue;
}

export interface ArraysQuestion {
  link: "update_attribute" | "initial_dataset_attribute";
  owners: readonly (number | string)[];
  /** Only these; default: all. */
  groups?: readonly string[] | undefined;
  /** Only these, and `id`; default: all. */
  attributes?: readonly string[] | undefined;
}

/** The arrays of several owners, in the order in which they were written; all of them by one question. */
export function readArrays(
  database: SqliteReader,
  { link, owners, groups, attributes }: ArraysQuestion,
): ArrayRow[] {
  const owner = link === "update_attribute" ? "update_id" : "initial_dataset_id";
  const values: SqliteValue[] = [...owners];
  const text = `
    select l.${owner} as owner, a.entity_group, a.attribute_name, d.dtype, d.shape, d.data,
      a.indptr_id as ptr_id, p.dtype as ptr_dtype, p.shape as ptr_shape, p.data as ptr_data
    from ${link} l
    join attribute_data a on a.id = l.attribute_data_id
    left join numpy_array d on d.id = a.data_id
    left join numpy_array p on p.id = a.indptr_id
    where l.${owner} in (${owners.map(() => "?").join(", ")})
      ${inList("a.entity_group", groups, values)}
      ${inList("a.attribute_name", attributes === undefined ? undefined : ["id", ...attributes], values)}
    order by l.${owner}, a.id`;
  return database.all<ArrayRow>(text, values);
}

/** A condition on a column whose values are added to those of the question; nothing when all are wanted. */
export function inList(column: string, names: readonly string[] | undefined, values: SqliteValue[]): string {
  if (names === undefined) return "";
  values.push(...names);
  return `and ${column} in (${names.map(() => "?").join(", ")})`;
}

/** @throws Mistake with the group and the attribute of the first array that will not do */
export function makeEntityData(rows: readonly ArrayRow[]): EntityData {
  const groups = new Map<string, Map<string, SimulationArray>>();
  for (const row of rows) {
    const [group, attribute] = [String(row.entity_group), String(row.attribute_name)];
    const path = step(group) + step(attribute);
    const arrays = groups.get(group) ?? new Map<string, SimulationArray>();
    groups.set(group, arrays);
    if (arrays.has(attribute)) {
      throw new Mistake("twice", path, "The attribute is there twice.");
    }
    arrays.set(attribute, makeArray(row, path));
  }
  for (const [name, group] of groups) checkLengths(group as GroupData, step(name));
  return groups;
}

function makeArray(row: ArrayRow, path: string): SimulationArray {
  const array = decode({ dtype: row.dtype, shape: row.shape, data: row.data }, path);
  if (row.ptr_id === null) return array;
  const ptrPath = `${path}/row_ptr`;
  const offsets = decode({ dtype: row.ptr_dtype, shape: row.ptr_shape, data: row.ptr_data }, ptrPath);
  return { ...array, rowPtr: checkRowPtr(offsets, array, ptrPath) };
}

interface Stored {
  dtype: SqliteValue;
  shape: SqliteValue;
  data: SqliteValue;
}

function decode({ dtype, shape, data }: Stored, path: string): SimulationArray {
  const axes = parseShape(shape);
  if (typeof dtype !== "string" || axes === null || !(data instanceof Uint8Array)) {
    throw new Mistake("invalid_array", path, "The array has no dtype, no shape or no bytes.");
  }
  return decodeNumpy({ dtype, shape: axes, bytes: data }, path);
}

/** `[3]`, a JSON list; of a single value, as numpy has them too, `[]`. */
function parseShape(text: SqliteValue): number[] | null {
  if (typeof text !== "string") return null;
  try {
    const axes: unknown = JSON.parse(text);
    if (!Array.isArray(axes)) return null;
    if (axes.length === 0) return [1];
    return isShape(axes) ? axes : null;
  } catch {
    return null;
  }
}
