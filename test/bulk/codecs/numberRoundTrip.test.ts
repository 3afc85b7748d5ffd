// Numbers come out of the table as they went in, to the last bit and place.

import { describe, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { fc } from "../../support/property.ts";
import { useRoundTrip } from "./roundTrip.support.ts";

const db = useDatabase({ empty: true });
const { check, checkAgainstServer } = useRoundTrip(db);

describe("integers and booleans", () => {
  const within = (bits: bigint) => ({ min: -(2n ** (bits - 1n)), max: 2n ** (bits - 1n) - 1n });
  const numberOrBigint = (bits: bigint) =>
    fc
      .tuple(fc.oneof(fc.bigInt(within(bits)), fc.bigInt({ min: -9n, max: 9n })), fc.boolean())
      .map(([value, asNumber]) => (asNumber && Number.isSafeInteger(Number(value)) ? Number(value) : value));
  test.each([
    ["int2", 16n],
    ["int4", 32n],
    ["int8", 64n],
  ] as const)("%s", (type, bits) =>
    check<number | bigint>({ type, values: numberOrBigint(bits), expected: (value) => String(value) }),
  );
  test("int8 from digits", () =>
    check({
      type: "int8",
      values: fc.bigInt(within(64n)).map(String),
      expected: (value) => value,
    }));
  test("bool", () => check({ type: "bool", values: fc.boolean(), select: "v", expected: (value) => value }));
});

describe("floats, bit by bit", () => {
  const bits = (bytes: Uint8Array) => Buffer.from(bytes.buffer).reverse().toString("hex");
  const bits8 = (value: number) => bits(new Uint8Array(Float64Array.of(value).buffer));
  const bits4 = (value: number) => bits(new Uint8Array(Float32Array.of(value).buffer));
  const special = fc.constantFrom(
    -0,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    5e-324,
    1e-46,
  );
  test("float8", () =>
    check({
      type: "float8",
      values: fc.oneof(fc.double(), special),
      select: "encode(float8send(v), 'hex')",
      expected: bits8,
    }));
  test("float4, from doubles that need rounding", () =>
    check({
      type: "float4",
      values: fc.oneof(
        fc.double({ min: -3.4028235e38, max: 3.4028235e38 }),
        fc.float({ noNaN: false }),
        fc.double({ min: -1e-37, max: 1e-37 }),
        special,
      ),
      select: "encode(float4send(v), 'hex')",
      expected: bits4,
    }));
});

describe("numeric", () => {
  const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 1, maxLength: 30 });
  const text = fc
    .tuple(
      fc.constantFrom("", "-", "+"),
      digits,
      fc.option(digits),
      fc.option(fc.integer({ min: -40, max: 40 })),
    )
    .map(
      ([sign, whole, fraction, exponent]) =>
        sign + whole + (fraction === null ? "" : `.${fraction}`) + (exponent === null ? "" : `e${exponent}`),
    );
  const values = fc.oneof(
    text,
    fc.double(),
    fc.bigInt(),
    fc.integer(),
    fc.constantFrom(
      "1e131071",
      "1e-16383",
      ".5",
      "5.",
      "NaN",
      "Infinity",
      "-Infinity",
      "0.00",
      "-0.0",
      -0,
      "0e5",
    ),
    fc.constantFrom("10000", "100000000", "0.0001", "0.00001", "10000.0001", "99999999.99999999"),
  );
  test("exact, with every place", () => checkAgainstServer<unknown>("numeric", values, String));
});
