// Days and dates, against JavaScript's own calendar.

import { expect, test } from "vitest";
import { dateOf, dateText, daysOf, parseInstant } from "../../../src/bulk/codecs/calendar.ts";

const epoch = Date.UTC(2000, 0, 1) / 86_400_000;

test("every day of two cycles of 400 years, and days at the ends", () => {
  const wrong: number[] = [];
  const check = (days: number): void => {
    const date = new Date((days + epoch) * 86_400_000);
    const civil = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
    const found = dateOf(days);
    const agrees = found.year === civil.year && found.month === civil.month && found.day === civil.day;
    if (!agrees || daysOf(civil) !== days) wrong.push(days);
  };
  for (let days = daysOf({ year: -100, month: 1, day: 1 }); days < 146_097 * 2; days++) check(days);
  for (const days of [-2_451_545, -98_000_000, 98_000_000, 95_000_017]) check(days);
  expect(wrong).toEqual([]);
});

test("years before Christ", () => {
  expect(dateText(daysOf({ year: 0, month: 3, day: 1 }))).toEqual({ date: "0001-03-01", suffix: " BC" });
  expect(parseInstant("0001-03-01 BC")).toEqual(parseInstant("0000-03-01"));
  expect(parseInstant("0002-03-01 BC")).toEqual(parseInstant("-0001-03-01"));
  expect(parseInstant("-0002-03-01 BC")).toBeNull();
});

test.each([
  ["2026-11-21T10:00:00.1234564Z", 36_000_123_456],
  ["2026-11-21T10:00:00.1234565Z", 36_000_123_457],
  ["2026-11-21T10:00:00.9999999Z", 36_001_000_000],
  ["2026-11-21 23:59:60", 86_400_000_000],
])("%s", (text, microseconds) => {
  expect(parseInstant(text)).toMatchObject({ microseconds });
});

test.each([
  ...[
    "2026-00-01",
    "2026-01-00",
    "2026-04-31",
    "1900-02-29",
    "2026-1-1",
    "26-01-01",
    "2026-11-21T10",
    "2026-11-21T1000",
  ],
  ...[
    "2026-11-21T10:60",
    "2026-11-21T24:01",
    "2026-11-21T10:00:61",
    " 2026-11-21",
    "2026-11-21Z",
    "2026-11-21T10:00:00 UTC",
  ],
  ...[
    "2026-11-21T10:00:00+1",
    "2026-11-21T10:00:00+01:00:60",
    "2026-11-21T10:00:00.Z",
    "tomorrow",
    "",
    "20261121",
  ],
])("%j is no date", (text) => {
  expect(parseInstant(text)).toBeNull();
});
