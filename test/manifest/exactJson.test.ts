// Numbers and text come out as they went in, checked against a parser that keeps digits.

import { isLosslessNumber, type LosslessNumber, parse } from "lossless-json";
import { describe, expect, test } from "vitest";
import { fc } from "../support/property.ts";
import { readRecord } from "./nodeRecords.support.ts";

async function readValue(json: string): Promise<string> {
  const { metadata } = await readRecord(`{"path":"/a","metadata":{"x":${json}}}`);
  return metadata.slice('{"x":'.length, -1);
}

describe("numbers", () => {
  test.each([
    ["1.0", "1.0"],
    ["-0.0", "-0.0"],
    ["0.10", "0.10"],
    ["9007199254740993", "9007199254740993"],
    ["18446744073709551615", "18446744073709551615"],
    ["-9223372036854775808", "-9223372036854775808"],
    ["0.1234567890123456789012345", "0.1234567890123456789012345"],
    ["1e20", "100000000000000000000.0"],
    ["1E+2", "100.0"],
    ["1.50e1", "15.0"],
    ["-1.25e-3", "-0.00125"],
    ["12.5e-1", "1.25"],
    ["0.05e2", "5.0"],
    ["0e999999999", "0.0"],
    ["-0e5", "-0.0"],
    ["1e22", "10000000000000000000000.0"],
    ["123456789012345678.9e1", "1234567890123456789.0"],
    ['[1e2,{"a":2.5e1}]', '[100.0,{"a":25.0}]'],
  ])("%s becomes %s", async (json, expected) => {
    expect(await readValue(json)).toBe(expected);
  });

  test("text that looks like numbers or escapes is left alone", async () => {
    const json = String.raw`["1e20", "\\u0000", "\\ud83d", "\"1e5\"", "\ud83d\ude00", "12345678901234567890123", 3e0]`;
    expect(await readValue(json)).toBe(json.replace("3e0", "3.0"));
  });
});

describe("any JSON", () => {
  const integers = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }).map(String);
  const decimals = fc
    .tuple(integers, fc.stringMatching(/^\d{1,30}$/))
    .map(([whole, digits]) => `${whole}.${digits}`);
  const exponents = fc
    .tuple(
      fc.integer({ min: -999, max: 999 }),
      fc.stringMatching(/^\d{1,20}$/),
      fc.constantFrom("e", "E", "e+", "e-"),
      fc.nat(300),
    )
    .filter(([whole, digits, sign, power]) => {
      const value = Number(`${whole}.${digits}${sign}${power}`);
      return Number.isFinite(value) && (value !== 0 || power < 200);
    })
    .map(([whole, digits, sign, power]) => `${whole}.${digits}${sign}${power}`);
  const text = fc.string({ unit: "grapheme" }).filter((one) => !one.includes("\0") && one.isWellFormed());
  const escaped = text.map((one) => {
    const units = Array.from({ length: one.length }, (_, index) =>
      one.charCodeAt(index).toString(16).padStart(4, "0"),
    );
    return `"${units.map((unit) => `\\u${unit}`).join("")}"`;
  });
  const space = fc.constantFrom("", " ", "\t", "  ");

  const { json } = fc.letrec<{ json: string; list: string; object: string }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 4 },
      integers,
      decimals,
      exponents,
      text.map((one) => JSON.stringify(one)),
      escaped,
      fc.constantFrom("null", "true", "false"),
      tie("list"),
      tie("object"),
    ),
    list: fc
      .tuple(fc.array(tie("json"), { maxLength: 4 }), space)
      .map(([items, gap]) => `[${gap}${items.join(`${gap},`)}${gap}]`),
    object: fc
      .tuple(fc.array(fc.tuple(text, tie("json")), { maxLength: 4 }), space)
      .map(
        ([members, gap]) =>
          `{${members.map(([key, value]) => `${JSON.stringify(key)}${gap}:${gap}${value}`).join(`${gap},`)}}`,
      ),
  }));

  test("survives exactly", async () => {
    await fc.assert(
      fc.asyncProperty(json, async (value) => {
        const result = await readValue(value);
        expect(normal(parse(result, null, options))).toEqual(normal(parse(value, null, options)));
        // No exponent is left for jsonb to make an integer of.
        expect(result.replace(/"(?:[^"\\]|\\.)*"/g, "")).not.toMatch(/\d[eE]/);
      }),
      { numRuns: 1000 },
    );
  });
});

const options = { onDuplicateKey: ({ newValue }: { newValue: unknown }) => newValue };

/** Numbers as sign, digits and place of the point; what is no exponent stays as it is written. */
function normal(value: unknown): unknown {
  if (isLosslessNumber(value)) return normalNumber(value);
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value).map(([key, inner]) => [key, normal(inner)]);
}

function normalNumber({ value }: LosslessNumber): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(value) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  const isInteger = !/[.eE]/.test(value);
  if (significant === "") return `${sign}0 ${isInteger}`;
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return `${sign}${significant}e${power} ${isInteger}`;
}
