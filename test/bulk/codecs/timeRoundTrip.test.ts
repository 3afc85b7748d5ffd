// Moments and days come out of the table as they went in: the server reads the same texts itself.

import { describe, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { fc } from "../../support/property.ts";
import { useRoundTrip } from "./roundTrip.support.ts";

const db = useDatabase({ empty: true });
const { checkAgainstServer } = useRoundTrip(db);

describe("time", () => {
  const pad = (value: number, size: number) => String(value).padStart(size, "0");
  const date = fc
    .date({
      min: new Date("0001-01-01T00:00:00Z"),
      max: new Date("9999-12-31T00:00:00Z"),
      noInvalidDate: true,
    })
    .map((value) => value.toISOString().slice(0, 10));
  const time = fc
    .tuple(
      fc.integer({ min: 0, max: 23 }),
      fc.integer({ min: 0, max: 59 }),
      fc.integer({ min: 0, max: 59 }),
      fc.option(fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 1, maxLength: 6 })),
    )
    .map(([h, m, s, f]) => `${pad(h, 2)}:${pad(m, 2)}:${pad(s, 2)}${f === null ? "" : `.${f}`}`);
  const offset = fc.oneof(
    fc.constantFrom("Z", "+00", "-00:00", "+0530", "-15:59:59", "+15:59"),
    fc
      .tuple(fc.constantFrom("+", "-"), fc.integer({ min: 0, max: 15 }), fc.integer({ min: 0, max: 59 }))
      .map(([sign, h, m]) => `${sign}${pad(h, 2)}:${pad(m, 2)}`),
  );
  const local = fc.tuple(date, fc.constantFrom("T", " "), time).map((parts) => parts.join(""));
  const edges = [
    "infinity",
    "-infinity",
    "0044-03-15 12:00:00+00 BC",
    "4714-11-24 00:00:00+00 BC",
    "294276-12-31 23:59:59.999999+00",
    "2016-12-31 23:59:60+00",
    "2026-11-21 24:00:00+00",
    "2026-11-21 10:00+00",
    "2000-02-29 00:00:00+00",
    "1600-02-29 00:00:00+00",
    "1800-01-01 00:00:00-00:01:15",
  ];

  test("timestamptz from text", () =>
    checkAgainstServer(
      "timestamptz",
      fc.oneof(
        fc.tuple(local, offset).map((parts) => parts.join("")),
        fc.constantFrom(...edges),
      ),
      (value) => value,
    ));
  test("timestamp from text", () =>
    checkAgainstServer(
      "timestamp",
      fc.oneof(
        local,
        date,
        fc.constantFrom(...edges.map((edge) => edge.replace(/[+-]00(:01:15)?(?= |$)/, ""))),
      ),
      (value) => value,
    ));
  test("date from text", () =>
    checkAgainstServer(
      "date",
      fc.oneof(
        date,
        fc.constantFrom(
          "infinity",
          "-infinity",
          "0044-03-15 BC",
          "4714-11-24 BC",
          "5874897-12-31",
          "2024-02-29",
        ),
      ),
      (value) => value,
    ));

  /** PostgreSQL has no signs in front of years. */
  const forServer = (value: Date) => {
    const year = value.getUTCFullYear();
    const rest = value.toISOString().replace(/^[+-]?\d+/, "");
    return year > 0 ? `${pad(year, 4)}${rest}` : `${pad(1 - year, 4)}${rest} BC`;
  };
  const moments = fc.oneof(
    fc.date({ noInvalidDate: true, min: new Date("-004713-11-24T00:00:00Z") }),
    fc.date({ noInvalidDate: true, min: new Date("1700-01-01"), max: new Date("2300-01-01") }),
  );
  test("timestamptz from Dates", () => checkAgainstServer("timestamptz", moments, forServer));
  test("timestamp from Dates, in UTC", () => checkAgainstServer("timestamp", moments, forServer));
  test("date from Dates at midnight", () =>
    checkAgainstServer(
      "date",
      moments.map((moment) => new Date(Math.floor(moment.getTime() / 86_400_000) * 86_400_000)),
      forServer,
    ));
});
