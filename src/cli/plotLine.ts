// One axis as a line of braille dots, two by four a character.

import { axisLabel, extentOf, rangeAxis } from "./plotScale.ts";

const height = 16;
const leastWidth = 10;

/** Bits of the eight dots of a character, by row and column (Unicode, Braille Patterns). */
const dotBits = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

/**
 * What is not finite leaves a gap; many values a column are drawn from the least to the greatest.
 *
 * @param ends what stands below the first and the last value; default: their indexes
 */
export function plotLine(
  values: ArrayLike<number>,
  width: number,
  ends: readonly [first: string, last: string] = ["0", String(Math.max(0, values.length - 1))],
): string {
  const extent = extentOf(values);
  if (extent === null) return values.length === 0 ? "no values" : "no finite values";
  const { low, high } = extent;
  const labels = [axisLabel(high), axisLabel(low + (high - low) / 2), axisLabel(low)];
  const labelWidth = Math.max(...labels.map((label) => label.length));
  const plotWidth = Math.max(leastWidth, width - labelWidth - 2);
  const rows = drawDots(values, extent, plotWidth);
  const lines = rows.map((row, index) => {
    const label = { 0: labels[0], [height >> 1]: labels[1], [height - 1]: labels[2] }[index];
    return `${(label ?? "").padStart(labelWidth)} ${label === undefined ? "│" : "┤"}${row}`.trimEnd();
  });
  const margin = " ".repeat(labelWidth + 2);
  return [
    ...lines,
    `${margin.slice(1)}└${"─".repeat(plotWidth)}`,
    `${margin}${rangeAxis(...ends, plotWidth)}`,
  ].join("\n");
}

interface Column {
  first: number;
  last: number;
  top: number;
  bottom: number;
  /** Something that is not finite lies between it and the column before. */
  isApart: boolean;
}

function drawDots(
  values: ArrayLike<number>,
  { low, high }: { low: number; high: number },
  width: number,
): string[] {
  const [dotsX, dotsY] = [width * 2, height * 4];
  const cells = new Uint8Array(width * height);
  const set = (x: number, y: number): void => {
    const cell = (y >> 2) * width + (x >> 1);
    cells[cell] = (cells[cell] ?? 0) | (dotBits[y & 3]?.[x & 1] ?? 0);
  };
  // A flat line is drawn in the middle. Halves, since the difference of two large numbers may be infinite.
  const yOf = (value: number): number =>
    high === low ? dotsY >> 1 : Math.round(((high / 2 - value / 2) / (high / 2 - low / 2)) * (dotsY - 1));
  let before: { x: number; y: number } | null = null;
  for (const [x, column] of columnsOf(values, { dotsX, yOf })) {
    for (let y = column.top; y <= column.bottom; y++) set(x, y);
    if (before !== null && !column.isApart) drawBetween(before, { x, y: column.first }, set);
    before = { x, y: column.last };
  }
  return Array.from({ length: height }, (_, row) =>
    Array.from(cells.subarray(row * width, (row + 1) * width), (bits) =>
      bits === 0 ? " " : String.fromCharCode(0x2800 + bits),
    ).join(""),
  );
}

function columnsOf(
  values: ArrayLike<number>,
  { dotsX, yOf }: { dotsX: number; yOf: (value: number) => number },
): Map<number, Column> {
  const columns = new Map<number, Column>();
  let isApart = false;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? Number.NaN;
    if (!Number.isFinite(value)) {
      isApart = true;
      continue;
    }
    const x = values.length === 1 ? 0 : Math.round((index / (values.length - 1)) * (dotsX - 1));
    const y = yOf(value);
    const column = columns.get(x);
    if (column === undefined) columns.set(x, { first: y, last: y, top: y, bottom: y, isApart });
    else {
      column.last = y;
      column.top = Math.min(column.top, y);
      column.bottom = Math.max(column.bottom, y);
    }
    isApart = false;
  }
  return columns;
}

type Point = { x: number; y: number };

/** A dot for each step along the longer side. */
function drawBetween(from: Point, to: Point, set: (x: number, y: number) => void): void {
  const steps = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y), 1);
  for (let step = 0; step <= steps; step++) {
    const share = step / steps;
    set(Math.round(from.x + (to.x - from.x) * share), Math.round(from.y + (to.y - from.y) * share));
  }
}
