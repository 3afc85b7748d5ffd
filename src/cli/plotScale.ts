// What plots share: the extent of values, and labels.

export interface Canvas {
  /** Characters. */
  width: number;
  /** 256 colours; without them shades of characters. */
  hasColor: boolean;
}

/** The least and the greatest number that are finite; null without any. */
export function extentOf(values: ArrayLike<number>): { low: number; high: number } | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low > high ? null : { low, high };
}

/** Five digits, which is more than can be seen. */
export function axisLabel(value: number): string {
  return String(Number(value.toPrecision(5)));
}

/** One label at each end; only the last one where there is no room for both, or they are the same. */
export function rangeAxis(first: string, last: string, width: number): string {
  return width <= last.length + first.length || first === last
    ? last
    : `${first}${last.padStart(width - first.length)}`;
}
