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

/** "0" at the left end, "199" at the right one. */
export function indexAxis(length: number, width: number): string {
  const last = String(Math.max(0, length - 1));
  return width <= last.length + 1 ? last : `0${last.padStart(width - 1)}`;
}
