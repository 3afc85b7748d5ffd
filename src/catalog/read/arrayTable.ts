// A short table of an array for people, as numpy prints one: the ends of long axes, and what is between them as dots.

import { dataTypeName, elementReader } from "../../hdf5/index.ts";
import { elementJson, scalarText } from "./elementText.ts";
import type { CatalogArray } from "./types.ts";

/** numpy's: an array of more elements is shortened, to so many at each end of an axis. */
const maxElements = 1000;
const edgeElements = 3;
const floatDigits = 8;

/** @param width characters of a line; longer rows are broken */
export function arrayTable(array: CatalogArray, width = 80): string {
  const { shape } = array;
  const count = shape.reduce((product, length) => product * length, 1);
  if (count === 0) return `[], shape [${shape}]`;
  const text = cellText(array);
  if (shape.length === 0) return text(0);
  const shown = shape.map((length) => (count > maxElements ? edges(length) : range(length)));
  const cells = new Map<number, string>();
  collect(shape, shown, (index) => cells.set(index, text(index)));
  const pad = padder(array, [...cells.values()]);
  const write = (axis: number, first: number): string => {
    const indices = shown[axis] ?? [];
    const block = shape.slice(axis + 1).reduce((product, length) => product * length, 1);
    const isLast = axis === shape.length - 1;
    const items = indices.map((index) => {
      if (index === null) return "...";
      const place = first + index * block;
      return isLast ? pad(cells.get(place) ?? "") : write(axis + 1, place);
    });
    const indent = " ".repeat(axis + 1);
    if (isLast) return `[${breakLine(items, width - indent.length - shape.length, indent)}]`;
    return `[${items.join(`${"\n".repeat(shape.length - axis - 1)}${indent}`)}]`;
  };
  return write(0, 0);
}

/** Numbers to the right, floats with their points below each other; everything else to the left. */
function padder({ dataType }: CatalogArray, cells: readonly string[]): (cell: string) => string {
  const width = Math.max(...cells.map((cell) => cell.length));
  const kind = "fields" in dataType ? "" : dataType.kind;
  if (kind !== "f" || cells.some((cell) => cell.includes("e"))) {
    return "biufc".includes(kind || "S") ? (cell) => cell.padStart(width) : (cell) => cell.padEnd(width);
  }
  const places = cells.map((cell) => (cell.includes(".") ? cell.length - cell.indexOf(".") : 0));
  const right = Math.max(...places);
  const left = Math.max(...cells.map((cell, index) => cell.length - (places[index] ?? 0)));
  return (cell) => {
    const point = cell.indexOf(".");
    if (point < 0) return cell.padStart(left + right);
    return cell.slice(0, point).padStart(left) + cell.slice(point).padEnd(right);
  };
}

/** Floats rounded, as numpy does it to be read; everything else in full. */
function cellText({ dataType, offsets, bytes }: CatalogArray): (index: number) => string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const { itemsize } = dataType;
  if ("fields" in dataType) {
    const json = elementJson(dataType, offsets);
    return (index) => printable(json(view, index * itemsize));
  }
  if (dataType.kind === "f" && itemsize <= 8) {
    const read = elementReader(dataType);
    const exact = scalarText(dataType);
    return (index) => {
      const value = read(view, index * itemsize) as number;
      if (!Number.isFinite(value)) return exact(view, index * itemsize);
      if (Object.is(value, -0)) return "-0.";
      const rounded = String(Number(value.toPrecision(floatDigits)));
      return Number.isInteger(value) && !rounded.includes("e") ? `${rounded}.` : rounded;
    };
  }
  const text = scalarText(dataType);
  if (dataType.kind === "S") return (index) => `'${printable(text(view, index * itemsize))}'`;
  return (index) => text(view, index * itemsize);
}

/** What a file holds must not steer the terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, "0");
    return `\\u${code}`;
  });
}

function range(length: number): (number | null)[] {
  return Array.from({ length }, (_, index) => index);
}

/** The first and the last ones, with null for those between. */
function edges(length: number): (number | null)[] {
  if (length <= 2 * edgeElements) return range(length);
  const first = range(edgeElements);
  return [...first, null, ...first.map((_, index) => length - edgeElements + index)];
}

/** Visits the elements that are shown by their place in the array. */
function collect(
  shape: readonly number[],
  shown: readonly (readonly (number | null)[])[],
  visit: (index: number) => void,
): void {
  const walk = (axis: number, first: number): void => {
    if (axis === shape.length) {
      visit(first);
      return;
    }
    for (const index of shown[axis] ?? []) {
      if (index !== null) walk(axis + 1, first + index * blockLength(shape, axis));
    }
  };
  walk(0, 0);
}

function blockLength(shape: readonly number[], axis: number): number {
  return shape.slice(axis + 1).reduce((product, length) => product * length, 1);
}

function breakLine(items: readonly string[], width: number, indent: string): string {
  const lines: string[] = [];
  let line = "";
  for (const item of items) {
    if (line !== "" && line.length + 1 + item.length > width) {
      lines.push(line);
      line = item;
    } else line = line === "" ? item : `${line} ${item}`;
  }
  return [...lines, line].join(`\n${indent}`);
}

/** "float64, shape [600, 400]" */
export function describeArray({ shape, dataType }: Pick<CatalogArray, "shape" | "dataType">): string {
  return `${dataTypeName(dataType)}, shape [${shape.join(", ")}]`;
}
