// timestamptz, timestamp and date: from Date objects and text, exact to the microsecond.

import { dateText, type Instant, microsecondsPerDay, parseInstant, timeText } from "./calendar.ts";
import { type ElementCodec, plain, shown, wrongType } from "./element.ts";
import { Misfit, type TypeFacts } from "./types.ts";

/** Microseconds since 2000-01-01 00:00 UTC; a bigint beyond 2^53; `infinity` and `-infinity` are JavaScript's. */
type Moment = number | bigint;

/** 2000-01-01 in JavaScript's milliseconds. */
const epochMilliseconds = 946_684_800_000;

// What the server takes (src/include/datatype/timestamp.h): Julian day 0, 4714-11-24 BC, to the end of 294276;
// dates to the end of 5874897.
const minMoment = -211_813_488_000_000_000n;
const endMoment = 9_223_371_331_200_000_000n;
const minDay = -2_451_545;
const endDay = 2_145_031_949;

const infinityText = /^(-?)infinity$/i;

function parseInfinity(value: unknown): number | null {
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) return value;
  const match = typeof value === "string" && value.length <= 9 ? infinityText.exec(value) : null;
  if (match === null) return null;
  return match[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** A Date is a moment in UTC. Text has an offset for timestamptz, and must have none for timestamp. */
export function timestampCodec(facts: TypeFacts, hasZone: boolean): ElementCodec<Moment> {
  return {
    ...plain,
    mayNeedEscape: false,
    quotedInArrays: true,
    facts,
    stagingType: facts.qualifiedName,
    stagingOid: facts.oid,
    parse(value) {
      const infinity = parseInfinity(value);
      if (infinity !== null) return infinity;
      if (value instanceof Date) return checkMoment(value, momentOfDate(value));
      if (typeof value !== "string") return wrongType(value);
      const instant = parseInstant(value);
      if (instant === null) return unreadable(value);
      const { days, microseconds, offsetSeconds } = instant;
      if (hasZone && offsetSeconds === null)
        return unreadable(value, ": it needs an offset, such as Z or +01:00");
      if (!hasZone && offsetSeconds !== null)
        return unreadable(value, ": it has an offset, this type has none");
      return checkMoment(value, makeMoment(days, microseconds - (offsetSeconds ?? 0) * 1_000_000));
    },
    toText: (moment) => momentText(moment, hasZone),
    writeBinary: (moment, out) => {
      out.writeInt32(8);
      if (typeof moment === "bigint") out.writeBigInt64(moment);
      else if (Number.isFinite(moment)) out.writeSafeInt64(moment);
      else out.writeBigInt64(moment > 0 ? 2n ** 63n - 1n : -(2n ** 63n));
    },
  };
}

function makeMoment(days: number, microseconds: number): Moment {
  const moment = days * microsecondsPerDay + microseconds;
  if (Number.isSafeInteger(moment)) return moment;
  return BigInt(days) * BigInt(microsecondsPerDay) + BigInt(microseconds);
}

function momentOfDate(date: Date): Moment {
  const milliseconds = date.getTime() - epochMilliseconds;
  const moment = milliseconds * 1000;
  return Number.isSafeInteger(moment) || !Number.isInteger(milliseconds)
    ? moment
    : BigInt(milliseconds) * 1000n;
}

function checkMoment(value: Date | string, moment: Moment): Moment | Misfit {
  if (moment >= minMoment && moment < endMoment) return moment;
  if (Number.isNaN(moment)) return new Misfit("wrong_type", "cannot hold an invalid Date");
  return new Misfit("out_of_range", `cannot hold ${textOf(value)}`);
}

function momentText(moment: Moment, hasZone: boolean): string {
  if (moment === Number.POSITIVE_INFINITY) return "infinity";
  if (moment === Number.NEGATIVE_INFINITY) return "-infinity";
  const { days, microseconds } = split(moment);
  const { date, suffix } = dateText(days);
  return `${date} ${timeText(microseconds)}${hasZone ? "+00" : ""}${suffix}`;
}

function split(moment: Moment): Pick<Instant, "days" | "microseconds"> {
  if (typeof moment === "number") {
    const days = Math.floor(moment / microsecondsPerDay);
    return { days, microseconds: moment - days * microsecondsPerDay };
  }
  const perDay = BigInt(microsecondsPerDay);
  const microseconds = ((moment % perDay) + perDay) % perDay;
  return { days: Number((moment - microseconds) / perDay), microseconds: Number(microseconds) };
}

/** Text or a Date of a day; a time of day would be lost in silence, so there may be none but midnight UTC. */
export function dateCodec(facts: TypeFacts): ElementCodec<number> {
  return {
    ...plain,
    mayNeedEscape: false,
    quotedInArrays: true,
    facts,
    stagingType: facts.qualifiedName,
    stagingOid: facts.oid,
    parse(value) {
      const infinity = parseInfinity(value);
      if (infinity !== null) return infinity;
      if (value instanceof Date) {
        const day = (value.getTime() - epochMilliseconds) / 86_400_000;
        return Number.isNaN(day)
          ? new Misfit("wrong_type", "cannot hold an invalid Date")
          : checkDay(value, day);
      }
      if (typeof value !== "string") return wrongType(value);
      const instant = parseInstant(value);
      if (instant === null || (instant.offsetSeconds ?? 0) !== 0) return unreadable(value);
      return checkDay(value, instant.days + instant.microseconds / microsecondsPerDay);
    },
    toText: (days) => {
      if (!Number.isFinite(days)) return days > 0 ? "infinity" : "-infinity";
      const { date, suffix } = dateText(days);
      return date + suffix;
    },
    writeBinary: (days, out) => {
      out.writeInt32(4);
      if (Number.isFinite(days)) out.writeInt32(days);
      else out.writeInt32(days > 0 ? 2 ** 31 - 1 : -(2 ** 31));
    },
  };
}

function checkDay(value: Date | string, day: number): number | Misfit {
  if (!Number.isInteger(day)) {
    return new Misfit(
      "wrong_type",
      `cannot hold ${textOf(value)}: it has a time of day (a Date must be midnight UTC)`,
    );
  }
  return day >= minDay && day < endDay ? day : new Misfit("out_of_range", `cannot hold ${textOf(value)}`);
}

function unreadable(text: string, why = ""): Misfit {
  return new Misfit("wrong_type", `cannot hold ${shown(JSON.stringify(text))}${why}`);
}

function textOf(value: Date | string): string {
  return typeof value === "string" ? shown(JSON.stringify(value)) : value.toISOString();
}
