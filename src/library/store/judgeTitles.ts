// The titles of one artist that are most like some others.

import type { Likeness, PreparedText } from "../likeness.ts";

/** A title that is looked for, under an artist of the library. */
export interface Wanted {
  title: PreparedText;
  artistSimilarity: number;
  best: BestMatches;
}

export interface StoredTitle {
  id: number;
  title: PreparedText;
}

export interface Match {
  id: number;
  similarity: number;
  artistSimilarity: number;
}

/** The best so far; of equal ones the older file. */
export class BestMatches {
  readonly matches: Match[] = [];
  readonly index: number;
  readonly #most: number;
  readonly #threshold: number;

  constructor(index: number, { threshold, most }: { threshold: number; most: number }) {
    this.index = index;
    this.#threshold = threshold;
    this.#most = most;
  }

  /** Titles below this do not get in any more. */
  floor(artistSimilarity: number): number {
    if (this.matches.length < this.#most) return this.#threshold / artistSimilarity;
    const last = this.matches.at(-1) as Match;
    // Divided and multiplied again a number may be a little larger, and equal ones must get in: an older file wins.
    const beaten = (last.similarity * last.artistSimilarity) / artistSimilarity - 1e-9;
    return Math.max(this.#threshold / artistSimilarity, beaten);
  }

  add(match: Match): void {
    const { matches } = this;
    let place = matches.length;
    while (place > 0 && isBetter(match, matches[place - 1] as Match)) place -= 1;
    matches.splice(place, 0, match);
    if (matches.length > this.#most) matches.pop();
  }
}

function isBetter(a: Match, b: Match): boolean {
  const difference = a.similarity * a.artistSimilarity - b.similarity * b.artistSimilarity;
  return difference > 0 || (difference === 0 && a.id < b.id);
}

/** 10 million pairs of titles of 11 letters take 0.8 s; with iterators in the place of counting loops, twice that. */
export function judgeTitles(
  likeness: Likeness,
  wanted: readonly Wanted[],
  titles: readonly StoredTitle[],
): void {
  const bounds = new Float64Array(titles.length);
  for (const { title, artistSimilarity, best } of wanted) {
    likeness.aim(title);
    let floor = best.floor(artistSimilarity);
    let highest = 0;
    for (let place = 0; place < titles.length; place++) {
      const bound = likeness.ratioAtMost((titles[place] as StoredTitle).title, floor);
      bounds[place] = bound;
      if (bound > highest) highest = bound;
    }
    // Those that may be best go first: then there are as many as are wanted, and most others need not be measured.
    for (const least of highest < floor ? [] : [(highest + floor) / 2, 0]) {
      for (let place = 0; place < titles.length; place++) {
        const bound = bounds[place] as number;
        if (bound < least || bound < floor) continue;
        bounds[place] = measured;
        const similarity = likeness.exactRatio((titles[place] as StoredTitle).title);
        if (similarity < floor) continue;
        best.add({ id: (titles[place] as StoredTitle).id, similarity, artistSimilarity });
        floor = best.floor(artistSimilarity);
      }
    }
  }
}

const measured = -1;
