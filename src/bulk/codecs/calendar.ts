// Days and microseconds, counted from 2000-01-01 as PostgreSQL counts them, in the proleptic Gregorian calendar.

export const microsecondsPerDay = 86_400_000_000;

export interface CivilDate {
  /** Astronomical: 0 is 1 BC. */
  year: number;
  month: number;
  day: number;
}

/** Days from 0000-03-01 to 2000-01-01. */
const epochDays = 730_425;
const daysPerEra = 146_097;

/** After Howard Hinnant, "chrono-compatible low-level date algorithms": years that start in March. */
export function daysOf({ year, month, day }: CivilDate): number {
  const shiftedYear = month > 2 ? year : year - 1;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * daysPerEra + dayOfEra - epochDays;
}

export function dateOf(days: number): CivilDate {
  const shifted = days + epochDays;
  const era = Math.floor(shifted / daysPerEra);
  const dayOfEra = shifted - era * daysPerEra;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
}

/** A date and what stands behind it in the text. */
export interface Instant {
  days: number;
  /** Since midnight, before the offset is taken off. */
  microseconds: number;
  /** Null when the text has none. */
  offsetSeconds: number | null;
}

const instantText =
  /^([+-]?)(\d{4,7})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)? ?(?:(Z)|([+-])(\d\d)(?::?(\d\d)(?::?(\d\d))?)?)?)?( BC)?$/i;

/**
 * Reads ISO 8601 and what PostgreSQL itself prints: `2026-11-21T10:00:00.123456Z`, `2026-11-21 10:00:00+01`,
 * `+010000-01-01`, `0044-03-15 BC`. Null for anything else, dates that do not exist included.
 *
 * Digits behind the sixth are rounded, as the server does it.
 */
export function parseInstant(text: string): Instant | null {
  const match = instantText.exec(text);
  if (match === null) return null;
  const [, sign, yearText, month, day, hour = "0", minute = "0", second = "0", fraction = ""] = match;
  const [zulu, offsetSign, offsetHour, offsetMinute = "0", offsetSecond = "0", before] = match.slice(9);
  const year = civilYear(Number(yearText), sign ?? "", before !== undefined);
  const date = { year: year ?? 0, month: Number(month), day: Number(day) };
  if (year === null || !exists(date)) return null;
  const time = { hour: Number(hour), minute: Number(minute), second: Number(second) };
  const microseconds =
    ((time.hour * 60 + time.minute) * 60 + time.second) * 1_000_000 + fractionMicroseconds(fraction);
  // 24:00:00 and the leap second 23:59:60 belong to the next day; the server takes both.
  if (time.minute > 59 || time.second > 60 || (time.hour > 23 && microseconds !== microsecondsPerDay))
    return null;
  let offsetSeconds = zulu === undefined ? null : 0;
  if (offsetHour !== undefined) {
    offsetSeconds = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60 + Number(offsetSecond);
    // The server's limit is 15:59:59.
    if (offsetSeconds > 57_599 || Number(offsetMinute) > 59 || Number(offsetSecond) > 59) return null;
    if (offsetSign === "-") offsetSeconds = -offsetSeconds;
  }
  return { days: daysOf(date), microseconds, offsetSeconds };
}

/** The astronomical year: -0001 and 0002 BC are the same; 0000 BC is none. */
function civilYear(year: number, sign: string, isBefore: boolean): number | null {
  if (isBefore) return sign === "" && year > 0 ? 1 - year : null;
  return sign === "-" ? -year : year;
}

function exists({ year, month, day }: CivilDate): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  if (day <= 28) return true;
  if (month !== 2) return day <= (month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31);
  return day === 29 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function fractionMicroseconds(digits: string): number {
  if (digits === "") return 0;
  return Number(digits.slice(0, 6).padEnd(6, "0")) + (digits.charCodeAt(6) >= 0x35 ? 1 : 0);
}

/** `2026-11-21`, `0044-03-15 BC` in two parts, since the time stands between them. */
export function dateText(days: number): { date: string; suffix: string } {
  const { year, month, day } = dateOf(days);
  const shownYear = year > 0 ? year : 1 - year;
  const padded = shownYear < 1000 ? String(shownYear).padStart(4, "0") : String(shownYear);
  return { date: `${padded}-${two(month)}-${two(day)}`, suffix: year > 0 ? "" : " BC" };
}

/** `10:00:00.123456` */
export function timeText(microseconds: number): string {
  const seconds = Math.floor(microseconds / 1_000_000);
  const rest = microseconds - seconds * 1_000_000;
  const minutes = Math.floor(seconds / 60);
  const text = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds % 60)}`;
  return rest === 0 ? text : `${text}.${String(rest).padStart(6, "0")}`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
