import { expect, it } from "vitest";
import {
  haveSameBytes,
  isCertain,
  isUncertain,
  makeDuplicateResult,
  percentOf,
  verdictOf,
} from "../../../src/library/duplicates/index.ts";
import type { MatchType } from "../../../src/library/index.ts";
import { song } from "./support.ts";

const match = (matchType: MatchType, confidence: number) => ({ file: song("a.mp3"), matchType, confidence });

it("takes a confidence from 0 to 1, and nothing else", () => {
  for (const confidence of [1.5, -0.1, Number.NaN, "1", null]) {
    expect(() => makeDuplicateResult([match("fuzzy_metadata", confidence as number)])).toThrow(
      expect.objectContaining({ code: "INVALID_INPUT" }),
    );
  }
  expect(makeDuplicateResult([match("fuzzy_metadata", 0.8), match("weak_name", 0.5)])).toMatchObject({
    isDuplicate: true,
    confidence: 0.8,
    matchType: "fuzzy_metadata",
    matchedFile: { path: "a.mp3" },
    allMatches: [{ confidence: 0.8 }, { confidence: 0.5 }],
  });
  expect(makeDuplicateResult([])).toEqual({
    isDuplicate: false,
    confidence: 0,
    matchType: "none",
    matchedFile: null,
    allMatches: [],
  });
});

it("is certain from 0.95 on, uncertain from 0.7 on", () => {
  expect([1, 0.95, 0.949, 0.7, 0.699, 0].map(isCertain)).toEqual([true, true, false, false, false, false]);
  expect([1, 0.95, 0.949, 0.7, 0.699, 0].map(isUncertain)).toEqual([false, false, true, true, false, false]);
});

it.each([
  ["exact_metadata", 1, "duplicate"],
  ["fuzzy_metadata", 0.96, "duplicate"],
  ["fuzzy_metadata", 0.8, "uncertain"],
  // A low threshold let it in.
  ["fuzzy_metadata", 0.6, "uncertain"],
  ["weak_name", 0.5, "weak"],
] as const)("%s of %d is %s", (matchType, confidence, verdict) => {
  const result = makeDuplicateResult([match(matchType, confidence)]);
  expect(verdictOf(result)).toBe(verdict);
  expect(result.isDuplicate).toBe(verdict !== "weak");
});

it("calls nothing the same bytes without the hashes of all of them", () => {
  const [a, b, unknown] = [{ fullHash: "a" }, { fullHash: "b" }, { fullHash: null }];
  expect([
    haveSameBytes(a, a),
    haveSameBytes(a, b),
    haveSameBytes(a, unknown),
    haveSameBytes(unknown, unknown),
  ]).toEqual([true, false, null, null]);
});

it("counts in percent", () => {
  expect([percentOf(25, 100), percentOf(180, 200), percentOf(0, 0)]).toEqual([25, 90, 0]);
});
