// Two axes as a map: half blocks in 256 colours, or shades of characters.

import { axisLabel, type Canvas, extentOf, rangeAxis } from "./plotScale.ts";

const maxLines = 24;
const leastWidth = 10;

/** From dark violet over blue and green to yellow, as viridis: order can be seen without telling colours apart. */
const palette = [53, 54, 60, 61, 67, 31, 37, 36, 35, 41, 77, 113, 149, 185, 220, 226] as const;
const shades = " .:-=+*#%@";
const reset = "\x1b[0m";

export interface Grid {
  values: ArrayLike<number>;
  rows: number;
  columns: number;
  /** What stands beside the first and the last row, and below the first and the last column; default: their indexes. */
  rowEnds?: readonly [first: string, last: string];
  columnEnds?: readonly [first: string, last: string];
}

/** Larger arrays are averaged; what is not finite counts for nothing and is left blank. */
export function plotMap(grid: Grid, { width, hasColor }: Canvas): string {
  const { rowEnds = endsOf(grid.rows), columnEnds = endsOf(grid.columns) } = grid;
  const labelWidth = Math.max(...rowEnds.map((label) => label.length));
  const shown = shrink(grid, {
    rows: hasColor ? maxLines * 2 : maxLines,
    columns: Math.max(leastWidth, width - labelWidth - 1),
  });
  const extent = extentOf(shown.values);
  if (extent === null) return grid.rows * grid.columns === 0 ? "no values" : "no finite values";
  const lines = hasColor ? colorLines(shown, extent) : shadeLines(shown, extent);
  const labelled = lines.map((line, index) => {
    const label = index === 0 ? rowEnds[0] : index === lines.length - 1 ? rowEnds[1] : "";
    return `${label.padStart(labelWidth)} ${line}`;
  });
  const margin = " ".repeat(labelWidth + 1);
  return [
    ...labelled,
    `${margin}${rangeAxis(...columnEnds, shown.columns)}`,
    `${margin}${legend(grid, hasColor)}`,
  ].join("\n");
}

const endsOf = (length: number): [string, string] => ["0", String(Math.max(0, length - 1))];

/** Means of blocks, so that no dimension is longer than there is room for. */
function shrink({ values, rows, columns }: Grid, most: { rows: number; columns: number }): Grid {
  const [height, width] = [Math.min(rows, most.rows), Math.min(columns, most.columns)];
  const sums = new Float64Array(height * width);
  const counts = new Float64Array(height * width);
  for (let row = 0; row < rows; row++) {
    const start = Math.floor((row * height) / rows) * width;
    for (let column = 0; column < columns; column++) {
      const value = values[row * columns + column] ?? Number.NaN;
      if (!Number.isFinite(value)) continue;
      const cell = start + Math.floor((column * width) / columns);
      sums[cell] = (sums[cell] ?? 0) + value;
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
  }
  return { values: sums.map((sum, cell) => sum / (counts[cell] ?? 0)), rows: height, columns: width };
}

interface Extent {
  low: number;
  high: number;
}

/** Which of `steps` a value belongs to; undefined for what is not finite. */
function level(value: number | undefined, { low, high }: Extent, steps: number): number | undefined {
  if (value === undefined || !Number.isFinite(value)) return undefined;
  return high === low ? 0 : Math.min(steps - 1, Math.floor(((value - low) / (high - low)) * steps));
}

/** The upper half of a character is drawn, and the lower half is its background. */
function colorLines({ values, rows, columns }: Grid, extent: Extent): string[] {
  const colorAt = (row: number, column: number): number | undefined =>
    row < rows ? palette[level(values[row * columns + column], extent, palette.length) ?? -1] : undefined;
  return Array.from({ length: Math.ceil(rows / 2) }, (_, line) => {
    let text = "";
    let before = "";
    for (let column = 0; column < columns; column++) {
      const [upper, lower] = [colorAt(line * 2, column), colorAt(line * 2 + 1, column)];
      const code = halves(upper, lower);
      text += `${code === before ? "" : code}${upper !== undefined ? "▀" : lower !== undefined ? "▄" : " "}`;
      before = code;
    }
    return `${text}${reset}`;
  });
}

/** Both colours of a character; the one above is drawn unless it is blank. */
function halves(upper: number | undefined, lower: number | undefined): string {
  if (upper === undefined) return lower === undefined ? reset : `\x1b[0;38;5;${lower}m`;
  return lower === undefined ? `\x1b[0;38;5;${upper}m` : `\x1b[0;38;5;${upper};48;5;${lower}m`;
}

function shadeLines({ values, rows, columns }: Grid, extent: Extent): string[] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_unused, column) => {
      const shade = level(values[row * columns + column], extent, shades.length);
      return shade === undefined ? " " : (shades[shade] ?? " ");
    })
      .join("")
      .trimEnd(),
  );
}

/** Of the values themselves, not of their means. */
function legend({ values }: Grid, hasColor: boolean): string {
  const extent = extentOf(values);
  if (extent === null) return "";
  const scale = hasColor ? `${palette.map((color) => `\x1b[38;5;${color}m█`).join("")}${reset}` : shades;
  return `${axisLabel(extent.low)} |${scale}| ${axisLabel(extent.high)}`;
}
