// Simulation time and dates.

import { describe, expect, it } from "vitest";
import {
  makeTimeline,
  openResults,
  parseDate,
  stateToJson,
  timelineSpan,
  toDate,
  toTimestamp,
  toUnixSeconds,
} from "../../../src/simulation/index.ts";
import { memorySource } from "../support/memorySource.ts";

describe("a timeline", () => {
  const timeline = makeTimeline({ reference: 1_577_836_800, timeScale: 60, startTime: 10, duration: 50 });

  it("is reference + time scale x timestamp in Unix seconds", () => {
    expect(toUnixSeconds(timeline, 2)).toBe(1_577_836_920);
    expect(toDate(timeline, 2).toISOString()).toBe("2020-01-01T00:02:00.000Z");
    expect(timelineSpan(timeline)).toEqual({
      start: new Date("2020-01-01T00:10:00Z"),
      end: new Date("2020-01-01T01:00:00Z"),
    });
  });

  it("turns dates into whole steps, towards 0", () => {
    expect(toTimestamp("2020-01-01T00:02:59", timeline)).toBe(2);
    expect(toTimestamp(new Date("2020-01-01T00:03:00Z"), timeline)).toBe(3);
    expect(toTimestamp("2019-12-31T23:58:30Z", timeline)).toBe(-1);
    expect(toTimestamp("2020", timeline)).toBe(0);
    expect(toTimestamp("1577836980", timeline)).toBe(3);
    expect(toTimestamp(7, timeline)).toBe(7);
  });

  it("has steps of a second, and begins at 0, unless told", () => {
    expect(makeTimeline({ reference: "2020-01-01" })).toEqual({
      reference: 1_577_836_800,
      timeScale: 1,
      startTime: 0,
      duration: 0,
    });
  });

  it.each([
    [{ reference: "2020", timeScale: 0 }, /time scale .* above 0, not 0/],
    [{ reference: "2020", timeScale: Number.NaN }, /time scale/],
    [{ reference: Number.NaN }, /no moment/],
    [{ reference: "soon" }, /"soon" is no date/],
  ])("refuses %j", (options, message) => {
    expect(() => makeTimeline(options)).toThrow(message);
  });

  it("is needed for dates, and simulation time is whole", () => {
    expect(() => toTimestamp("2020-01-01", null)).toThrow(/^"2020-01-01" is a date, and without a timeline/);
    expect(() => toTimestamp(new Date(Number.NaN), timeline)).toThrow(/is no date/);
    expect(() => toTimestamp(1.5, timeline)).toThrow("Simulation time is a whole number, not 1.5.");
  });
});

describe("a date", () => {
  it.each([
    ["5000", "5000-01-01T00:00:00.000Z"],
    ["5001", "1970-01-01T01:23:21.000Z"],
    ["99", "0099-01-01T00:00:00.000Z"],
    ["2020-02-03", "2020-02-03T00:00:00.000Z"],
    ["2020-02", "2020-02-01T00:00:00.000Z"],
    ["2020-02-03 04:05", "2020-02-03T04:05:00.000Z"],
    ["2020-02-03T04:05:06.5", "2020-02-03T04:05:06.500Z"],
    ["2020-02-03T04:05:06Z", "2020-02-03T04:05:06.000Z"],
    ["2020-02-03T04:05:06+02:00", "2020-02-03T02:05:06.000Z"],
    ["3 Feb 2020", "2020-02-03T00:00:00.000Z"],
    ["3 Feb 2020 10:00", "2020-02-03T10:00:00.000Z"],
  ])("%s is %s", (text, iso) => {
    const zone = process.env.TZ;
    process.env.TZ = "America/New_York";
    try {
      expect(parseDate(text).toISOString()).toBe(iso);
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  it.each(["", "tomorrow", "2020-13-01", "-5"])("is not %j", (text) => {
    expect(() => parseDate(text)).toThrow(/is no date/);
  });
});

describe("results with a timeline", () => {
  const source = memorySource({
    roads: {
      initial: { segments: { id: [1], speed: [10] } },
      updates: [
        { timestamp: 1, data: { segments: { id: [1], speed: [20] } } },
        { timestamp: 2, data: { segments: { id: [1], speed: [30] } } },
      ],
    },
  });

  it("are asked by dates, and have them", async () => {
    const results = openResults(source, { timeline: { reference: "2020-01-01", timeScale: 3600 } });
    const roads = await results.getDataset("roads");
    expect(stateToJson(await roads.slice({ group: "segments", timestamp: "2020-01-01 01:30" }))).toEqual({
      id: { data: [1] },
      speed: { data: [20] },
    });
    const series = await roads.getSeries("segments", "speed", { from: new Date("2020-01-01T02:00:00Z") });
    expect(series.timestamps).toEqual([2]);
    expect(series.dates).toEqual([new Date("2020-01-01T02:00:00Z")]);
    const { dates } = await roads.getEntity("segments", 1);
    expect(dates?.map((date) => date.getUTCHours())).toEqual([1, 2]);
  });

  it("have no dates without one", async () => {
    const roads = await openResults(source).getDataset("roads");
    expect((await roads.getSeries("segments", "speed")).dates).toBeNull();
    await expect(roads.getState("segments", { at: "2020-01-01" })).rejects.toMatchObject({ code: "USAGE" });
  });
});
