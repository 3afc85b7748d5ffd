// How near artists are to each other, and which of them hang together.

import type { NearArtist } from "../store/nearArtists.ts";

export class Nearness {
  readonly #near = new Map<string, Map<string, number>>();

  /** Of a pair that was found both ways the larger likeness counts, whichever artist is asked about. */
  constructor(pairs: readonly NearArtist[]) {
    for (const { asked, found, similarity } of pairs) {
      const known = Math.max(similarity, this.of(asked, found));
      this.#set(asked, found, known);
      this.#set(found, asked, known);
    }
  }

  /** 0 to 1; 0 for artists that are not near, 1 for none but the same. */
  of(one: string, other: string): number {
    return this.#near.get(one)?.get(other) ?? 0;
  }

  /** Each artist once: with all that are near to it, near to those, and so on. */
  *gather(artists: readonly string[]): Generator<string[]> {
    const seen = new Set<string>();
    for (const first of artists) {
      if (seen.has(first)) continue;
      seen.add(first);
      const gathered = [first];
      for (const artist of gathered) {
        for (const near of this.#near.get(artist)?.keys() ?? []) {
          if (seen.has(near)) continue;
          seen.add(near);
          gathered.push(near);
        }
      }
      yield gathered;
    }
  }

  #set(one: string, other: string, similarity: number): void {
    const known = this.#near.get(one);
    if (known === undefined) this.#near.set(one, new Map([[other, similarity]]));
    else known.set(other, similarity);
  }
}
