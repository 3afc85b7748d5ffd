// Arrays come out of the table as they went in, whatever they are of.

import { describe, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { fc } from "../../support/property.ts";
import { storableText } from "./bothFormats.support.ts";
import { useRoundTrip } from "./roundTrip.support.ts";

const db = useDatabase({ empty: true });
const { check } = useRoundTrip(db);

describe("arrays", () => {
  const orNull = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { nil: null, freq: 5 });
  /** Rectangular, of one to three dimensions. */
  const nested = <Value>(item: fc.Arbitrary<Value>): fc.Arbitrary<unknown[]> =>
    fc.oneof(
      fc.array(item, { maxLength: 5 }),
      fc
        .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }))
        .chain(([rows, columns]) => rectangle(rectangle(item, columns), rows)),
      fc.constant(null).chain(() => rectangle(rectangle(rectangle(item, 2), 1), 2)),
    );
  const rectangle = <Value>(item: fc.Arbitrary<Value>, size: number) =>
    fc.array(item, { minLength: size, maxLength: size });

  test("text[] of any text", () =>
    check({
      type: "text[]",
      values: nested(orNull(storableText)),
      select: "to_json(v)",
      expected: (value) => value,
    }));
  test("int4[] and bool[]", async () => {
    await check({
      type: "int4[]",
      values: nested(orNull(fc.nat())),
      select: "to_json(v)",
      expected: (value) => value,
    });
    await check({
      type: "bool[]",
      values: nested(orNull(fc.boolean())),
      select: "to_json(v)",
      expected: (value) => value,
    });
  });
  test("int8[] and numeric[]", async () => {
    const asText = (value: unknown): unknown =>
      Array.isArray(value) ? value.map(asText) : value === null ? null : String(value);
    const options = {
      values: nested(orNull(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))),
      expected: asText,
    };
    await check({ type: "int8[]", select: "to_json(v::text[])", ...options });
    await check({ type: "numeric[]", select: "to_json(v::text[])", ...options });
  });
  test("float4[] and float8[] from arrays and typed arrays", async () => {
    const asText = (value: Iterable<number | null>) =>
      [...value].map((item) => (item === null ? null : Number(item)));
    const numbers = "array(select encode(float8send(item), 'hex') from unnest(v) as item)";
    const hex = (value: number | null) => {
      if (value === null) return null;
      const data = Buffer.alloc(8);
      data.writeDoubleBE(value);
      return data.toString("hex");
    };
    await check<Iterable<number | null>>({
      type: "float8[]",
      values: fc.oneof(fc.array(orNull(fc.double())), fc.float64Array(), fc.float32Array(), fc.int32Array()),
      select: numbers,
      expected: (value) => asText(value).map(hex),
    });
    await check<Iterable<number | null>>({
      type: "float4[]",
      values: fc.oneof(fc.array(orNull(fc.float())), fc.float32Array(), fc.int8Array(), fc.uint8Array()),
      select: numbers,
      expected: (value) => asText(value).map(hex),
    });
  });
  test("timestamptz[], uuid[], bytea[]", async () => {
    const utc = `array(select to_char(item at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') from unnest(v) as item)`;
    await check({
      type: "timestamptz[]",
      values: fc.array(
        fc.date({ noInvalidDate: true, min: new Date("1000-01-01"), max: new Date("9000-01-01") }),
      ),
      select: utc,
      expected: (value) => value.map((date) => date.toISOString()),
    });
    await check({
      type: "uuid[]",
      values: nested(orNull(fc.uuid())),
      select: "to_json(v)",
      expected: (value) => value,
    });
    await check({
      type: "bytea[]",
      values: fc.array(orNull(fc.uint8Array())),
      select: "to_json(v)",
      expected: (value) =>
        value.map((bytes) => (bytes === null ? null : `\\x${Buffer.from(bytes).toString("hex")}`)),
    });
  });
  test("jsonb[], whose items may be arrays", () =>
    check({
      type: "jsonb[]",
      values: fc.array(
        orNull(fc.jsonValue({ maxDepth: 2 }).filter((value) => !JSON.stringify(value).includes("\\u0000"))),
      ),
      select: "to_json(v)",
      expected: (value) => JSON.parse(JSON.stringify(value)) as unknown,
    }));
  test("varchar(3)[] and interval[]", async () => {
    await check({
      type: "varchar(3)[]",
      values: nested(fc.constantFrom("", "abc", "😀😀😀", '"\\{', "\\N")),
      select: "to_json(v)",
      expected: (value) => value,
    });
    await check({
      type: "interval[]",
      values: nested(storableText),
      select: "to_json(v)",
      expected: (value) => value,
    });
  });
});
