// Decimal numbers as text, within what PostgreSQL's numeric can hold.

/** `numeric`: 131,072 digits before the point (a weight of int16, in groups of four), 16,383 behind it. */
const maxWholeDigits = 131_072;
const maxFractionDigits = 16_383;

const canonical = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
const decimal = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** A number apart: `whole.fraction` times ten to the `exponent`. */
export interface DecimalParts {
  whole: string;
  fraction: string;
  exponent: number;
}

/** Whether numeric takes the number; what it does not take is refused with 22003. */
export function numericHolds({ whole, fraction, exponent }: DecimalParts): boolean {
  // A zero has places too: 0e-20000 is refused.
  if (fraction.length - exponent > maxFractionDigits) return false;
  if (whole.length + exponent <= maxWholeDigits) return true;
  const digits = whole + fraction;
  const leadingZeros = digits.search(/[1-9]/);
  return leadingZeros < 0 || whole.length - leadingZeros + exponent <= maxWholeDigits;
}

/**
 * Writes a decimal number in plain digits: no exponent, no plus, no leading zeros; digits behind the point are all
 * kept, as numeric keeps them (1.10 is not 1.1). Null for text that is no number, "overflow" for what numeric
 * refuses.
 *
 * @example plainDecimal("-01.50e1") // "-15.0"
 */
export function plainDecimal(text: string): string | null {
  if (text.length <= maxFractionDigits && !text.startsWith("-0") && canonical.test(text)) return text;
  const match = decimal.exec(text);
  if (match === null) return null;
  const [, sign = "", whole = "", fraction = "", exponentText = "0"] = match;
  const exponent = Number(exponentText);
  if (!numericHolds({ whole, fraction, exponent })) return "overflow";
  const places = Math.max(0, fraction.length - exponent);
  const digits = (whole + fraction).replace(/^0+/, "");
  if (digits === "") return places === 0 ? "0" : `0.${"0".repeat(places)}`;
  const zeros = Math.max(0, exponent - fraction.length);
  const shifted = (digits + "0".repeat(zeros)).padStart(places + 1, "0");
  const minus = sign === "-" ? "-" : "";
  return places === 0 ? minus + shifted : `${minus}${shifted.slice(0, -places)}.${shifted.slice(-places)}`;
}

/** Whether a plain decimal still has at most `precision` digits once it is rounded to `scale` places. */
export function fitsPrecision(text: string, precision: number, scale: number): boolean {
  const point = text.indexOf(".");
  const wholeLength = (point < 0 ? text.length : point) - (text.startsWith("-") ? 1 : 0);
  const room = precision - scale;
  if (wholeLength < room) return true;
  const digits = text.replace(/[-.]/g, "");
  const first = digits.search(/[1-9]/);
  if (first < 0) return true;
  // The value is below 10^magnitude and at least a tenth of that.
  const magnitude = wholeLength - first;
  if (magnitude !== room) return magnitude < room;
  // 9.995 in numeric(3,2) rounds up to 10.00, which has a digit too many.
  const kept = digits.slice(first, first + precision);
  return !(kept.length === precision && /^9+$/.test(kept) && digits.charCodeAt(first + precision) >= 0x35);
}
