// Moments: as Dates, as ISO 8601 text exact to the microsecond, as numbers in files.

import { describe, FieldProblem } from "./problem.ts";

const isoText =
  /^(\d{4,6}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?:\s*(Z|z|[+-]\d\d(?::?\d\d)?))?)?$/;

/**
 * A Date, or text that timestamptz takes; text without an offset is UTC, as SQLite's CURRENT_TIMESTAMP writes it.
 *
 * @param hasZone false for columns of another's store that are `timestamp`: they take no offset, so a moment is made
 * a Date, which the engine writes in UTC
 */
export function checkMoment(value: unknown, hasZone: boolean): Date | string | FieldProblem {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? notAMoment("an invalid Date") : value;
  if (typeof value !== "string") return notAMoment(describe(value));
  if (value === "infinity") return value;
  const [, date, time = "00:00:00", zone = "Z"] = isoText.exec(value) ?? [];
  if (date === undefined) return notAMoment(describe(value));
  const text = `${date}T${time}${zone === "z" ? "Z" : zone}`;
  return hasZone ? text : new Date(text);
}

function notAMoment(what: string): FieldProblem {
  return new FieldProblem("wrong_type", `must be a moment such as "2026-01-31T12:00:00Z", but is ${what}`);
}

/** The moment so many seconds after `now`. */
export function expiryAfter(seconds: unknown, now: Date): Date | FieldProblem {
  if (typeof seconds !== "number" || !(seconds > 0)) {
    return new FieldProblem(
      "out_of_range",
      `must be a number of seconds above 0, but is ${describe(seconds)}`,
    );
  }
  // 275760-09-13 is the last Date.
  const milliseconds = now.getTime() + seconds * 1000;
  if (milliseconds > 8.64e15) {
    return new FieldProblem("out_of_range", `is ${seconds}, longer than there will be dates; leave it out`);
  }
  return new Date(milliseconds);
}
