// Tables that fit a terminal: what is longest is cut.

import { cutEnd, cutStart, safeText, textWidth } from "./safeText.ts";
import type { TableColumn } from "./table.ts";

export interface FitColumn<Row> extends TableColumn<Row> {
  /** What is left out when there is no room; numbers are never cut. Default `end`. */
  cut?: "start" | "end" | "never";
}

const gap = 2;
/** A column is not cut to less. */
const least = 8;

/** Columns of the terminal that stdout is; null for a pipe or a file, where nothing is cut. */
export function terminalWidth(): number | null {
  return process.stdout.isTTY === true ? (process.stdout.columns ?? 80) : null;
}

/**
 * As `formatTable`, with texts made safe to show, and cut where the table is wider than the terminal.
 *
 * @param width columns; null cuts nothing
 */
export function formatFitTable<Row>(
  columns: readonly FitColumn<Row>[],
  rows: readonly Row[],
  width: number | null = terminalWidth(),
): string {
  const cells = rows.map((row) => columns.map(({ text }) => safeText(text(row))));
  const natural = columns.map(({ title }, index) =>
    cells.reduce((width, line) => Math.max(width, textWidth(line[index] ?? "")), title.length),
  );
  const widths = width === null ? natural : shrink(columns, natural, width);
  const show = (text: string, index: number): string => {
    const column = columns[index];
    const own = widths[index] ?? 0;
    const fitted = column?.cut === "start" ? cutStart(text, own) : cutEnd(text, own);
    const blanks = " ".repeat(Math.max(0, own - textWidth(fitted)));
    return column?.isNumber === true ? `${blanks}${fitted}` : `${fitted}${blanks}`;
  };
  const titles = columns.map(({ title }) => title);
  return [titles, ...cells].map((line) => line.map(show).join(" ".repeat(gap)).trimEnd()).join("\n");
}

/** Takes from the widest, a column at a time, until all fit or none can give. */
function shrink<Row>(
  columns: readonly FitColumn<Row>[],
  natural: readonly number[],
  width: number,
): number[] {
  const widths = [...natural];
  const may = columns.map(({ isNumber, cut }) => isNumber !== true && cut !== "never");
  let over = widths.reduce((sum, own) => sum + own + gap, -gap) - width;
  while (over > 0) {
    let widest = -1;
    for (const [index, own] of widths.entries()) {
      const canGive = may[index] === true && own > least;
      if (canGive && (widest < 0 || own > (widths[widest] as number))) widest = index;
    }
    if (widest < 0) break;
    widths[widest] = (widths[widest] as number) - 1;
    over -= 1;
  }
  return widths;
}
