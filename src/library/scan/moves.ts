// Which new file is one that is gone from where it was: only when nothing else could be meant.

import type { LibraryFile } from "../types.ts";

type KeyOf = (file: LibraryFile) => string | null;

/** From the surest sign to the weakest: the bytes; the audio, which new tags leave as it is; tags and size. */
const signs: readonly KeyOf[] = [
  // All empty files have the same bytes.
  ({ contentHash, size }) => (size === 0 ? null : contentHash),
  ({ audioHash }) => audioHash,
  ({ artist, title, album, metadataHash, track, disc, size }) =>
    artist === null && title === null ? null : [metadataHash, album, track.no, disc.no, size].join("|"),
];

const keyOf = (sign: KeyOf, file: LibraryFile): string | null => {
  const key = sign(file);
  return key === null ? null : `${file.kind} ${key}`;
};

/** What files that are gone look like, to tell quickly whether a new one may be one of them. */
export class GoneFiles {
  readonly #files: LibraryFile[] = [];
  readonly #ids = new Set<number | null>();
  readonly #keys = signs.map(() => new Set<string>());

  has({ id }: LibraryFile): boolean {
    return this.#ids.has(id);
  }

  add(file: LibraryFile): void {
    this.#files.push(file);
    this.#ids.add(file.id);
    for (const [index, sign] of signs.entries()) {
      const key = keyOf(sign, file);
      if (key !== null) this.#keys[index]?.add(key);
    }
  }

  mayBe(file: LibraryFile): boolean {
    return signs.some((sign, index) => this.#keys[index]?.has(keyOf(sign, file) ?? "") === true);
  }

  /**
   * Pairs of a new file and the one that it was. A sign that several files have on either side says nothing.
   *
   * @returns what it was by the new file
   */
  match(found: readonly LibraryFile[]): Map<LibraryFile, LibraryFile> {
    const moves = new Map<LibraryFile, LibraryFile>();
    const used = new Set<LibraryFile>();
    for (const sign of signs) {
      const before = groupBy(
        this.#files.filter((file) => !used.has(file)),
        sign,
      );
      const after = groupBy(
        found.filter((file) => !moves.has(file)),
        sign,
      );
      for (const [key, [file, ...others]] of after) {
        const [old, ...alike] = before.get(key) ?? [];
        if (file === undefined || old === undefined || others.length > 0 || alike.length > 0) continue;
        if (areDifferent(old, file)) continue;
        moves.set(file, old);
        used.add(old);
      }
    }
    return moves;
  }
}

/** Where all bytes were compared, a sample says no more. */
const areDifferent = (a: LibraryFile, b: LibraryFile): boolean =>
  a.fullHash !== null && b.fullHash !== null && a.fullHash !== b.fullHash;

function groupBy(files: readonly LibraryFile[], sign: KeyOf): Map<string, LibraryFile[]> {
  const groups = new Map<string, LibraryFile[]>();
  for (const file of files) {
    const key = keyOf(sign, file);
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [file]);
    else group.push(file);
  }
  return groups;
}
