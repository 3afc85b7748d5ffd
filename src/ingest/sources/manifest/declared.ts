// Arrays whose shape and data type the table says: their files need not be opened.

import type { DatasetItem, ScalarDataType } from "../../../hdf5/index.ts";
import type { FileProblem } from "./item.ts";
import { RecentMap } from "./recent.ts";

const keptItems = 10_000;

const names = /^(bool|int|uint|float|complex)(8|16|32|64|128)?_?$/;
const codes = /^([<>|=]?)([biufcSUV])(\d+)$/;
const kinds: Readonly<Record<string, string>> = { bool: "b", int: "i", uint: "u", float: "f", complex: "c" };
const sizes: Readonly<Record<string, readonly number[]>> = {
  b: [1],
  i: [1, 2, 4, 8],
  u: [1, 2, 4, 8],
  f: [2, 4, 8],
  c: [8, 16],
};

/** What a row says of its data set as it is in its file. */
export interface Declaration {
  shape: string;
  dtype: string;
}

/** Kept, because most rows say the same. */
export class DeclaredItems {
  readonly #items = new RecentMap<DatasetItem | FileProblem>(keptItems);

  find(dataset: string, said: Declaration): DatasetItem | FileProblem {
    const key = `${dataset}\0${said.shape}\0${said.dtype}`;
    const known = this.#items.get(key);
    if (known !== undefined) return known;
    const item = makeItem(dataset, said);
    this.#items.set(key, item);
    return item;
  }
}

function makeItem(dataset: string, said: Declaration): DatasetItem | FileProblem {
  const shape = parseShape(said.shape);
  if (shape === null) {
    return {
      code: "bad_shape",
      message: `the shape ${said.shape} is no list of whole numbers such as [151, 40]`,
    };
  }
  const dataType = parseDataType(said.dtype);
  if (dataType === null) {
    return {
      code: "bad_data_type",
      message: `the dtype ${said.dtype} is none of numpy's such as float64, <f8 or S12`,
    };
  }
  return {
    kind: "dataset",
    path: dataset,
    shape,
    dataType,
    chunks: null,
    missingFilters: [],
    attributes: {},
  };
}

function parseShape(text: string): number[] | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const isShape =
    Array.isArray(value) && value.every((length) => Number.isSafeInteger(length) && length >= 0);
  return isShape ? (value as number[]) : null;
}

/** numpy's name (`float64`) or code (`<f8`; without a byte order it is little). */
function parseDataType(text: string): ScalarDataType | null {
  const [, name, bits] = names.exec(text) ?? [];
  if (name !== undefined) {
    // Only bool has no number of bits; `int` alone differs between machines.
    if ((name === "bool") !== (bits === undefined)) return null;
    return scalar(kinds[name] ?? "", Number(bits ?? 8) / 8, "<");
  }
  const [, order = "", kind = "", size = ""] = codes.exec(text) ?? [];
  return kind === "" ? null : scalar(kind, Number(size) * (kind === "U" ? 4 : 1), order);
}

function scalar(kind: string, itemsize: number, order: string): ScalarDataType | null {
  if (itemsize === 0 || sizes[kind]?.includes(itemsize) === false) return null;
  const hasOrder = itemsize > 1 && kind !== "S" && kind !== "V";
  const endianness = hasOrder ? (order === ">" ? "big" : "little") : "not_applicable";
  return { endianness, kind: kind as ScalarDataType["kind"], itemsize, dt_units: null };
}
