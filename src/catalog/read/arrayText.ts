// Whole arrays as text: CSV and TSV by lines, JSON by pieces, so that a large array is never one string.

import { CopycatError } from "../../errors.ts";
import { dataTypeName, type ElementReader, structFields } from "../../hdf5/index.ts";
import { stringToJson } from "../../json.ts";
import { elementJson, scalarText } from "./elementText.ts";
import type { CatalogArray } from "./types.ts";

const pieceCharacters = 65_536;
/** A shape like [10^9, 0] has no elements, but would be a gigabyte of brackets. */
const maxEmptyRows = 1000;

/**
 * Lines without their ends. One axis: `index,value`, or a column a field of a compound; two: a line a row, without a
 * head; none: the value.
 *
 * @throws CopycatError USAGE for more axes, and for compounds in two
 */
export function* arrayLines(array: CatalogArray, separator: "," | "\t"): Generator<string> {
  const { shape, bytes, dataType } = array;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const quote = quoter(separator);
  if (shape.length > 2) throw tooManyAxes(array, separator === "," ? "CSV" : "TSV");
  const columns = columnsOf(array);
  if (shape.length === 2) {
    const [column] = columns;
    if (column === undefined || columns.length > 1) throw noCells(array);
    const [rows = 0, length = 0] = shape;
    for (let row = 0; row < rows; row++) {
      const cells: string[] = [];
      for (let index = 0; index < length; index++) {
        cells.push(quote(column.text(view, (row * length + index) * dataType.itemsize)));
      }
      yield cells.join(separator);
    }
    return;
  }
  const isIndexed = shape.length === 1;
  yield [...(isIndexed ? ["index"] : []), ...columns.map(({ name }) => quote(name))].join(separator);
  const length = shape[0] ?? 1;
  for (let index = 0; index < length; index++) {
    const cells = columns.map(({ text, offset }) => quote(text(view, index * dataType.itemsize + offset)));
    yield [...(isIndexed ? [String(index)] : []), ...cells].join(separator);
  }
}

interface Column {
  name: string;
  offset: number;
  text: ElementReader<string>;
}

/** What stands in a cell is a single value. */
function columnsOf(array: CatalogArray): Column[] {
  const { dataType, offsets } = array;
  if (!("fields" in dataType)) return [{ name: "value", offset: 0, text: scalarText(dataType) }];
  return structFields(dataType, offsets).map(({ name, offset, shape, dataType: type }) => {
    if ("fields" in type || shape.length > 0) throw noCells(array);
    return { name, offset, text: scalarText(type) };
  });
}

function tooManyAxes({ path, shape }: CatalogArray, format: string): CopycatError {
  const slice = [...shape.slice(2).map(() => "0"), ":", ":"].join(",");
  return new CopycatError(
    "USAGE",
    `${path} has ${shape.length} axes (shape [${shape}]), and ${format} has two. Take a part of it, such as the slice ` +
      `'${slice}', or write it as npy or json.`,
  );
}

function noCells({ path, dataType }: CatalogArray): CopycatError {
  return new CopycatError(
    "USAGE",
    `${path} is of the type ${dataTypeName(dataType)}, which does not fit into cells. Write it as npy or json.`,
  );
}

/** RFC 4180, with either separator. */
function quoter(separator: string): (text: string) => string {
  const special = separator === "," ? /[",\r\n]/ : /["\t\r\n]/;
  return (text) => (special.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
}

/** `{"path", "shape", "dtype", "data"}` in pieces; `data` is nested as the shape says, a single value for []. */
export function* arrayJson({ path, shape, dataType, offsets, bytes }: CatalogArray): Generator<string> {
  const dtype = stringToJson(dataTypeName(dataType));
  let piece = `{"path":${stringToJson(path)},"shape":[${shape}],"dtype":${dtype},"data":`;
  const count = shape.reduce((product, length) => product * length, 1);
  if (count === 0) {
    yield `${piece}${emptyJson(shape)}}`;
    return;
  }
  const json = elementJson(dataType, offsets);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const blocks = blockLengths(shape);
  for (let index = 0; index < count; index++) {
    if (index > 0) piece += ",";
    for (const block of blocks) if (index % block === 0) piece += "[";
    piece += json(view, index * dataType.itemsize);
    for (const block of blocks) if ((index + 1) % block === 0) piece += "]";
    if (piece.length < pieceCharacters) continue;
    yield piece;
    piece = "";
  }
  yield `${piece}}`;
}

/** How many elements lie between a bracket and the one that closes it, outermost first. */
function blockLengths(shape: readonly number[]): number[] {
  return shape.map((_, axis) => shape.slice(axis).reduce((product, length) => product * length, 1));
}

function emptyJson([length, ...rest]: readonly number[]): string {
  if (length === undefined || length > maxEmptyRows) return "[]";
  return `[${Array.from({ length }, () => emptyJson(rest)).join(",")}]`;
}
