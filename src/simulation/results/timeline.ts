// Simulation time <-> dates. Simulation time counts steps of `timeScale` seconds from a reference.

import { CopycatError } from "../../errors.ts";

/** Simulation time as a whole number; or a date, which needs a timeline. */
export type Time = number | string | Date;

export interface TimelineOptions {
  /** The date of simulation time 0; a number is in Unix seconds. */
  reference: Date | string | number;
  /** Seconds of one step. */
  timeScale?: number;
  /** Simulation time at which the run begins. */
  startTime?: number;
  /** Steps that the run takes. */
  duration?: number;
}

export interface ResolvedTimeline {
  /** Unix seconds. */
  reference: number;
  timeScale: number;
  startTime: number;
  duration: number;
}

/** @throws CopycatError USAGE for a reference that is no date, and a scale that is not above 0 */
export function makeTimeline(options: TimelineOptions): ResolvedTimeline {
  const { reference, timeScale = 1, startTime = 0, duration = 0 } = options;
  if (!(timeScale > 0 && Number.isFinite(timeScale))) {
    throw usage(`The time scale of a timeline is a number of seconds above 0, not ${timeScale}`);
  }
  const seconds = typeof reference === "number" ? reference : parseDate(reference).getTime() / 1000;
  if (!Number.isFinite(seconds)) throw usage(`The reference of a timeline is ${seconds}, which is no moment`);
  return { reference: seconds, timeScale, startTime, duration };
}

/** Unix time in seconds: reference + timeScale x timestamp. */
export function toUnixSeconds({ reference, timeScale }: ResolvedTimeline, timestamp: number): number {
  return reference + timeScale * timestamp;
}

export function toDate(timeline: ResolvedTimeline, timestamp: number): Date {
  return new Date(toUnixSeconds(timeline, timestamp) * 1000);
}

/** When a run begins and ends. */
export function timelineSpan(timeline: ResolvedTimeline): { start: Date; end: Date } {
  const { startTime, duration } = timeline;
  return { start: toDate(timeline, startTime), end: toDate(timeline, startTime + duration) };
}

/**
 * Simulation time of a date, rounded towards 0 to a whole step; a whole number is simulation time already.
 *
 * @throws CopycatError USAGE for a date without a timeline, and for what is neither
 *
 * @example
 * toTimestamp("2020-01-01T02:00", makeTimeline({ reference: "2020-01-01", timeScale: 3600 })); // 2
 */
export function toTimestamp(time: Time, timeline: ResolvedTimeline | null): number {
  if (typeof time === "number") {
    if (Number.isSafeInteger(time)) return time;
    throw usage(`Simulation time is a whole number, not ${time}`);
  }
  if (timeline === null) {
    const text = time instanceof Date ? time.toString() : `"${time}"`;
    throw usage(
      `${text} is a date, and without a timeline nobody knows its simulation time; give its reference`,
    );
  }
  return Math.trunc((parseDate(time).getTime() / 1000 - timeline.reference) / timeline.timeScale) + 0;
}

/** @throws CopycatError USAGE */
export function checkWindow(from: number | undefined, to: number | undefined): void {
  if (from !== undefined && to !== undefined && from > to) {
    throw usage(`The window begins at ${from} and ends before that, at ${to}`);
  }
}

/** A larger number is Unix time. */
const lastYear = 5000;

/**
 * A whole number up to 5000 is a year, a larger one Unix time in seconds, all else a date as in ISO 8601; in UTC unless it
 * names a zone.
 *
 * @throws CopycatError USAGE
 */
export function parseDate(text: string | Date): Date {
  const date = text instanceof Date ? text : dateOf(text.trim());
  if (Number.isNaN(date.getTime())) {
    throw usage(`"${text}" is no date: write a year, Unix seconds, or a date such as 2020-01-31T12:00:00`);
  }
  return date;
}

function dateOf(text: string): Date {
  if (/^\d+$/.test(text)) {
    const number = Number(text);
    if (number > lastYear) return new Date(number * 1000);
    // Not through Date.UTC, which takes the years up to 99 for those after 1900.
    return new Date(`${text.padStart(4, "0").slice(-4)}-01-01T00:00:00Z`);
  }
  // Node reads times without a zone, and dates that are not in ISO 8601, as those of the machine.
  if (/(?:Z|UTC|GMT|:\d\d ?[+-]\d\d:?\d\d)$/i.test(text)) return new Date(text);
  if (!/^\d{4}-\d\d(?:-\d\d)?(?:[T ]|$)/.test(text)) {
    // Without the name of a month Node makes a date of nearly everything.
    return new Date(monthName.test(text) ? `${text} UTC` : Number.NaN);
  }
  return new Date(text.length > 10 ? `${text.replace(" ", "T")}Z` : text);
}

const monthName = /\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/i;

function usage(what: string): CopycatError {
  return new CopycatError("USAGE", `${what}.`);
}
