// The quick way to a ratio gives the ratio, whatever is compared with what in between.

import { describe, expect, it } from "vitest";
import { Likeness, lengthsAlike, prepareText } from "../../../src/library/likeness.ts";
import { similarity } from "../../../src/library/ratio.ts";
import { fc } from "../../support/property.ts";

/** Few letters, so that texts have much in common; some that take two code units, or share a slot. */
const letters = fc.constantFrom("a", "b", "c", " ", "1", "é", "𝄞", "š", "a");
const texts = (maxLength: number) => fc.array(letters, { maxLength }).map((parts) => parts.join(""));
const pairs = (maxLength: number) => fc.tuple(texts(maxLength), texts(maxLength));

/** A text and what a few changes make of it, as titles are alike. */
const changed = fc
  .tuple(texts(90), fc.array(fc.tuple(fc.nat(90), fc.nat(3), texts(3)), { maxLength: 6 }))
  .map(([text, changes]): [string, string] => [
    text,
    changes.reduce(
      (made, [at, removed, added]) => made.slice(0, at) + added + made.slice(at + removed),
      text,
    ),
  ]);

function check(likeness: Likeness, [a, b]: readonly [string, string], floor: number): void {
  likeness.aim(prepareText(a));
  const wanted = similarity(a, b);
  expect(likeness.ratio(prepareText(b), floor)).toBe(wanted < floor ? 0 : wanted);
}

describe("Likeness", () => {
  const floors = fc.constantFrom(0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1);
  it.each([
    ["short texts", pairs(12)],
    ["texts of two and three words of bits", pairs(90)],
    ["texts that were changed a little", changed],
    ["long texts, in which difflib has junk", pairs(260)],
  ] as const)("%s", (_name, some) => {
    const likeness = new Likeness();
    fc.assert(
      fc.property(some, floors, (pair, floor) => check(likeness, pair, floor)),
      { numRuns: 1500 },
    );
  });

  it("knows the ratios of the reference", () => {
    const likeness = new Likeness();
    for (const [a, b, ratio] of [
      ["song 1", "song 1 (remaster)", 0.5217],
      ["sunset lover", "sunset lovers", 0.96],
      ["song on", "song one", 0.9333],
      ["hello", "hello", 1],
      ["", "", 1],
      ["a", "", 0],
    ] as const) {
      likeness.aim(prepareText(a));
      expect(likeness.ratio(prepareText(b), 0)).toBeCloseTo(ratio, 4);
    }
  });

  it("counts as far as the last bit of a word", () => {
    const likeness = new Likeness();
    for (const length of [1, 31, 32, 33, 63, 64, 65, 128, 199]) {
      const text = Array.from({ length }, (_, index) => String.fromCharCode(65 + (index % 50))).join("");
      check(likeness, [text, `${text.slice(0, -1)}!`], 0.5);
      check(likeness, [text, text], 1);
      check(likeness, [`${text}?`, text], 0.4);
    }
  });
});

describe("lengthsAlike", () => {
  it("leaves out no text that reaches the threshold", () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(600), fc.double({ min: 0, max: 1, noNaN: true }), (a, b, threshold) => {
        const { shortest, longest } = lengthsAlike(a, threshold);
        const most = a + b === 0 ? 1 : (2 * Math.min(a, b)) / (a + b);
        if (most >= threshold) expect(b >= shortest && b <= longest).toBe(true);
      }),
      { numRuns: 5000 },
    );
    expect(lengthsAlike(30, 0.8)).toEqual({ shortest: 19, longest: 46 });
    expect(lengthsAlike(30, 0)).toEqual({ shortest: 0, longest: 2147483647 });
  });
});
