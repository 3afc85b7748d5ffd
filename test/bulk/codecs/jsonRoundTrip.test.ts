// JSON by value comes out of the table as it went in.

import { describe, test } from "vitest";
import { RawJson } from "../../../src/json.ts";
import { useDatabase } from "../../support/database.ts";
import { fc } from "../../support/property.ts";
import { storableText } from "./bothFormats.support.ts";
import { useRoundTrip } from "./roundTrip.support.ts";

const db = useDatabase({ empty: true });
const { check } = useRoundTrip(db);

describe("json", () => {
  const value = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(1e21, 1e-7, 5e-324, 1.7976931348623157e308),
      storableText,
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(storableText, tie("value"), { maxKeys: 3 }),
    ),
  })).value;
  const notNull = value.filter((found) => found !== null);
  /** As JSON.stringify, which loses the sign of -0. */
  const jsonOf = (found: unknown) =>
    JSON.stringify(found, (_key, part: unknown) => (Object.is(part, -0) ? "\ue000-0" : part)).replaceAll(
      '"\ue000-0"',
      "-0",
    );
  test("json, whose text is kept", () => check({ type: "json", values: notNull, expected: jsonOf }));
  test("jsonb, which has no -0", () =>
    check({
      type: "jsonb",
      values: notNull,
      // The driver reads it with JSON.parse.
      select: "v",
      expected: (found) => JSON.parse(JSON.stringify(found)) as unknown,
    }));
  test("bigints and raw numbers keep their digits", () =>
    check({
      type: "jsonb",
      values: fc
        .bigInt()
        .chain((n) => fc.constantFrom(n, [n], { a: n }, new RawJson(String(n)), [new RawJson(`${n}.10`)])),
      select: "v::text",
      expected: (found) => {
        if (found instanceof RawJson) return found.text;
        if (typeof found === "bigint") return String(found);
        if (!Array.isArray(found)) return `{"a": ${found.a}}`;
        const [item] = found;
        return `[${item instanceof RawJson ? item.text : String(item)}]`;
      },
    }));
});
