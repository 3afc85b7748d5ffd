// How alike one text is to very many: `similarity` of ratio.ts, asked only where it can reach what is wanted.
//
// The blocks that difflib matches stand in the same order in both texts, so they are a common subsequence, and no more
// characters match than the longest one has. Its length is found 32 characters of a text at a time (Crochemore et al.
// 2001, Hyyrö 2004): 0.1 µs for titles of 12 characters, 20 times less than the ratio itself. It is never above the
// bounds of length and of letters in common (difflib's quick_ratio), so these are not asked as well.

import { similarity } from "./ratio.ts";

/** A text made ready. */
export interface PreparedText {
  readonly text: string;
  /** Code points. */
  readonly codes: Int32Array;
}

export function prepareText(text: string): PreparedText {
  const codes = new Int32Array(text.length);
  let length = 0;
  for (let place = 0; place < text.length; length++) {
    const code = text.codePointAt(place) as number;
    codes[length] = code;
    place += code > 0xffff ? 2 : 1;
  }
  return { text, codes: codes.subarray(0, length) };
}

/**
 * Lengths in characters that a text may have to be so alike to one of `length`: 2 * the shorter / both >= threshold.
 * Wider by one than calculated, for what is lost in rounding.
 */
export function lengthsAlike(length: number, threshold: number): { shortest: number; longest: number } {
  if (threshold <= 0) return { shortest: 0, longest: 2 ** 31 - 1 };
  return {
    shortest: Math.max(0, Math.floor((length * threshold) / (2 - threshold)) - 1),
    longest: Math.min(2 ** 31 - 1, Math.ceil((length * (2 - threshold)) / threshold) + 1),
  };
}

/** Characters share a slot by their last byte: two that do count as one letter, which makes the bound no lower. */
const slots = 256;

/**
 * Compares one text with many.
 *
 * @example
 * const likeness = new Likeness();
 * likeness.aim(prepareText("song on"));
 * likeness.ratio(prepareText("song one"), 0.8); // 0.9333...
 * likeness.ratio(prepareText("another"), 0.8); // 0: below 0.8, by how much was not asked
 */
export class Likeness {
  #aim: PreparedText = { text: "", codes: new Int32Array(0) };
  /** Words of 32 characters that the text takes. */
  #words = 1;
  /** `words` for each slot: where the text has a character of it. */
  #places = new Int32Array(slots);
  #rest = new Int32Array(1);

  /** The first of the two texts from now on: the ratio is not symmetric. */
  aim(text: PreparedText): void {
    for (const code of this.#aim.codes) this.#places.fill(0, ...this.#range(code));
    const words = Math.max(1, Math.ceil(text.codes.length / 32));
    if (this.#places.length < slots * words) this.#places = new Int32Array(slots * words);
    if (this.#rest.length < words) this.#rest = new Int32Array(words);
    this.#words = words;
    this.#aim = text;
    for (let place = 0; place < text.codes.length; place++) {
      const at = ((text.codes[place] as number) & (slots - 1)) * words + (place >> 5);
      this.#places[at] = (this.#places[at] as number) | (1 << (place & 31));
    }
  }

  /** `similarity` of the text that is aimed at and this one; 0 when it is below `floor`. */
  ratio(other: PreparedText, floor: number): number {
    if (this.ratioAtMost(other, floor) < floor) return 0;
    const ratio = this.exactRatio(other);
    return ratio < floor ? 0 : ratio;
  }

  /** No ratio is above this; below `floor` by no certain amount. */
  ratioAtMost(other: PreparedText, floor = 0): number {
    const a = this.#aim.codes.length;
    const b = other.codes.length;
    if (a + b === 0) return 1;
    const byLength = (2 * Math.min(a, b)) / (a + b);
    return byLength < floor ? byLength : (2 * this.#commonAtMost(other.codes)) / (a + b);
  }

  /** Takes ten times as long as `ratioAtMost`, and more for long texts. */
  exactRatio(other: PreparedText): number {
    return ratioOf(this.#aim, other);
  }

  #range(code: number): [number, number] {
    const from = (code & (slots - 1)) * this.#words;
    return [from, from + this.#words];
  }

  #commonAtMost(codes: Int32Array): number {
    return this.#words === 1 ? this.#commonOfWord(codes) : this.#commonOfWords(codes);
  }

  #commonOfWord(codes: Int32Array): number {
    const places = this.#places;
    let rest = -1;
    for (let at = 0; at < codes.length; at++) {
      const found = rest & (places[(codes[at] as number) & (slots - 1)] as number);
      rest = (rest + found) | 0 | (rest & ~found);
    }
    return countZeros(rest, this.#aim.codes.length);
  }

  #commonOfWords(codes: Int32Array): number {
    const [words, places, rest] = [this.#words, this.#places, this.#rest];
    rest.fill(-1, 0, words);
    for (let at = 0; at < codes.length; at++) {
      const from = ((codes[at] as number) & (slots - 1)) * words;
      let carry = 0;
      for (let word = 0; word < words; word++) {
        const old = rest[word] as number;
        const found = old & (places[from + word] as number);
        const sum = (old >>> 0) + (found >>> 0) + carry;
        carry = sum > 0xffffffff ? 1 : 0;
        rest[word] = sum | 0 | (old & ~found);
      }
    }
    let common = 0;
    for (let word = 0; word < words; word++) {
      common += countZeros(rest[word] as number, this.#aim.codes.length - 32 * word);
    }
    return common;
  }
}

/** Among the lowest `bits`, of which there are 32. */
function countZeros(word: number, bits: number): number {
  let ones = bits >= 32 ? ~word : ~word & ((1 << bits) - 1);
  ones -= (ones >>> 1) & 0x55555555;
  ones = (ones & 0x33333333) + ((ones >>> 2) & 0x33333333);
  return Math.imul((ones + (ones >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** From here on difflib has junk, and only `similarity` knows what that does. */
const longText = 200;

/** As `similarity`, without an object for each character. */
function ratioOf(a: PreparedText, b: PreparedText): number {
  if (a.text === b.text) return 1;
  if (b.codes.length >= longText || a.codes.length >= longText) return similarity(a.text, b.text);
  const matches = countMatches(a.codes, b.codes, [0, a.codes.length, 0, b.codes.length]);
  return (2 * matches) / (a.codes.length + b.codes.length);
}

/** Lengths of the blocks that end at the character before, by their place in the second text, one further. */
const endings = new Uint8Array(longText + 1);

function countMatches(
  a: Int32Array,
  b: Int32Array,
  [aFrom, aTo, bFrom, bTo]: readonly [number, number, number, number],
): number {
  if (aFrom >= aTo || bFrom >= bTo) return 0;
  let [aEnd, bEnd, size] = [aFrom, bFrom, 0];
  endings.fill(0, bFrom, bTo + 1);
  for (let i = aFrom; i < aTo; i++) {
    const code = a[i];
    // Backwards, so that what stands one place before is still that of the character before.
    let [rowEnd, rowSize] = [0, size];
    for (let j = bTo - 1; j >= bFrom; j--) {
      const length = b[j] === code ? (endings[j] as number) + 1 : 0;
      endings[j + 1] = length;
      // The first of equal ones counts, which comes last here; but only if it is longer than those of rows before.
      if (length > size && length >= rowSize) [rowEnd, rowSize] = [j + 1, length];
    }
    if (rowSize > size) [aEnd, bEnd, size] = [i + 1, rowEnd, rowSize];
  }
  if (size === 0) return 0;
  return (
    size +
    countMatches(a, b, [aFrom, aEnd - size, bFrom, bEnd - size]) +
    countMatches(a, b, [aEnd, aTo, bEnd, bTo])
  );
}
