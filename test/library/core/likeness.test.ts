// How alike texts are, against values that Python 3's difflib computed: SequenceMatcher(None, a, b).ratio().

import { describe, expect, it } from "vitest";
import { artistKey, normaliseTitle, similarity, titleKey } from "../../../src/library/index.ts";
import { fc } from "../../support/property.ts";

/** Letters in an order that repeats late: `chr(97 + (i * i * k + i // 3) % 26)`. */
const letters = (length: number, k: number): string =>
  Array.from({ length }, (_, i) => String.fromCharCode(97 + ((i * i * k + Math.floor(i / 3)) % 26))).join("");
/** Each character once. */
const characters = (length: number): string =>
  Array.from({ length }, (_, i) => String.fromCharCode(0x4e00 + i)).join("");

describe("the ratio", () => {
  it.each([
    ["song 1", "song 1 (remaster)", 0.5217391304347826],
    ["sunset lover", "sunset lovers", 0.96],
    ["song on", "song one", 0.9333333333333333],
    ["hello", "hello", 1],
    ["", "", 1],
    ["", "abc", 0],
    ["abcd", "bcde", 0.75],
    ["tide", "diet", 0.25],
    ["diet", "tide", 0.5],
    ["private Thread currentThread;", "private volatile Thread currentThread;", 0.8656716417910447],
    ["beyonc\u00e9", "beyonce", 0.8571428571428571],
    ["\u{1f600}a\u{1f600}", "a\u{1f600}", 0.8],
    ["qabxcd", "abycdf", 0.6666666666666666],
    ["aaaa", "aa", 0.6666666666666666],
    ["abab", "baba", 0.75],
    ["the wall (live)", "the wall", 0.6956521739130435],
    [
      "symphony no. 5 in c minor, op. 67: i. allegro con brio",
      "symphony no. 5 in c minor op 67 - 1. allegro con brio",
      0.9345794392523364,
    ],
    ["b aaacabaa  aba", " aaba ababc bacbabcaaa", 0.4864864864864865],
    ["b  c  ccbbbac c caa bcb ", "aaccc  aac aac c c", 0.47619047619047616],
    [" cba ", "bcbb  ", 0.5454545454545454],
    ["ab  cb c c bbabbbba ", "bccab ccba     a  abab ", 0.5581395348837209],
    ["acaaabacaa", " bccc aa   ", 0.2857142857142857],
    ["cabacc babcbacaccbcb", "cbbb bb caac cbc ccaba", 0.19047619047619047],
  ])("of %j and %j", (a, b, ratio) => {
    expect(similarity(a, b)).toBe(ratio);
  });

  it.each([
    [letters(300, 1), letters(300, 2), 0.0033333333333333335],
    [letters(250, 3), letters(210, 3), 0.9130434782608695],
    [letters(210, 5), letters(199, 5), 0.9731051344743277],
    [letters(199, 5), letters(210, 5), 0.9731051344743277],
    [letters(400, 1), letters(200, 1), 0.6666666666666666],
    ["x".repeat(199), "x".repeat(199), 1],
    ["x".repeat(200), "x".repeat(200), 1],
    ["x".repeat(150), "x".repeat(250), 0.75],
    [characters(250), characters(260).slice(5), 0.9702970297029703],
    [`ababab${characters(250)}`, `ababab${characters(220)}`, 0.9377593360995851],
  ])("of texts of 200 characters and more, in which frequent ones are junk (%#)", (a, b, ratio) => {
    expect(similarity(a, b)).toBe(ratio);
  });

  it("is 1 of equal texts, and between 0 and 1 of any", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "c", " ", "é", "😀"), maxLength: 40 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(similarity(a, a)).toBe(1);
        const ratio = similarity(a, b);
        expect(ratio >= 0 && ratio <= 1).toBe(true);
        if (ratio === 1) expect(a).toBe(b);
      }),
    );
  });
});

describe("what is compared", () => {
  it.each([
    ["Song (Original Mix)", "song"],
    ["Song (Radio Edit)", "song"],
    ["Song (Album Version)", "song"],
    ["  Song (Extended) ", "song"],
    ["SONG [Official]", "song"],
    ["Song [HD]", "song"],
    ["Song - Remastered", "song"],
    ["Song (Radio Edit) - Remastered", "song"],
    ["Song (Live)", "song (live)"],
    ["", ""],
  ])("of the title %j", (title, normalised) => {
    expect(normaliseTitle(title)).toBe(normalised);
  });

  it("letters are the same however they are composed", () => {
    expect(artistKey("Beyonce\u0301 ")).toBe("beyonc\u00e9");
    expect(titleKey("CAFE\u0301 (Radio Edit)")).toBe("caf\u00e9");
    expect([artistKey(null), titleKey(null)]).toEqual(["", ""]);
  });
});
