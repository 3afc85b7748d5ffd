// Whether a uid stands twice in a table, at four bytes a row: 40 MB for ten million.

import type { Table } from "../../../manifest/index.ts";
import { hashUid, uidAt } from "./joined.ts";

export class UidHashes {
  #hashes = new Uint32Array(1024);
  #count = 0;

  add(uid: string): void {
    if (this.#count === this.#hashes.length) {
      const longer = new Uint32Array(2 * this.#count);
      longer.set(this.#hashes);
      this.#hashes = longer;
    }
    this.#hashes[this.#count] = hashUid(uid);
    this.#count += 1;
  }

  /** Looks at the uids with equal hashes once more: of a million different ones about a hundred pairs have that. */
  async hasRepeated(table: Table, column: string): Promise<boolean> {
    const suspects = this.#twins();
    if (suspects.size === 0) return false;
    const seen = new Set<string>();
    for await (const block of table.blocks([column])) {
      for (let row = 0; row < block.length; row++) {
        const uid = uidAt(block, column, row);
        if (uid === null || !suspects.has(hashUid(uid))) continue;
        if (seen.has(uid)) return true;
        seen.add(uid);
      }
    }
    return false;
  }

  #twins(): Set<number> {
    const sorted = this.#hashes.subarray(0, this.#count).sort();
    return new Set(sorted.filter((hash, index) => index > 0 && hash === sorted[index - 1]));
  }
}
