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
   * Pairs of a new file and the one that it was. Where several files have a sign on either side, it is the one that has the
   * same name, if there is one such file on both sides; else the one in the folder to which the others of its folder went.
   *
   * @returns what it was by the new file
   */
  match(found: readonly LibraryFile[]): Map<LibraryFile, LibraryFile> {
    const moves = new Map<LibraryFile, LibraryFile>();
    for (const sign of signs) this.#pair(found, moves, { before: sign, after: sign });
    for (const sign of signs) {
      const withName = (file: LibraryFile) => join(sign(file), file.filename);
      this.#pair(found, moves, { before: withName, after: withName });
    }
    const newFolders = foldersAfter(moves);
    for (const sign of signs) {
      this.#pair(found, moves, {
        before: (file) => join(sign(file), newFolders.get(folderOf(file)), file.filename),
        after: (file) => join(sign(file), folderOf(file), file.filename),
      });
    }
    return moves;
  }

  /** Adds the pairs of files that have a key in common which no other file has on either side. */
  #pair(
    found: readonly LibraryFile[],
    moves: Map<LibraryFile, LibraryFile>,
    keys: { before: KeyOf; after: KeyOf },
  ): void {
    const used = new Set(moves.values());
    const left = this.#files.filter((file) => !used.has(file));
    const before = groupBy(left, keys.before);
    const after = groupBy(
      found.filter((file) => !moves.has(file)),
      keys.after,
    );
    for (const [key, [file, ...others]] of after) {
      const [old, ...alike] = before.get(key) ?? [];
      if (file === undefined || old === undefined || others.length > 0 || alike.length > 0) continue;
      if (!areDifferent(old, file)) moves.set(file, old);
    }
  }
}

/** No path has a NUL. Null when a part is not there. */
const join = (...parts: (string | null | undefined)[]): string | null =>
  parts.every((part) => part != null) ? parts.join("\0") : null;

const folderOf = ({ path, filename }: LibraryFile): string => path.slice(0, -filename.length);

/** Where the files of each folder went, when all that are known of went to one. */
function foldersAfter(moves: ReadonlyMap<LibraryFile, LibraryFile>): Map<string, string | null> {
  const folders = new Map<string, string | null>();
  for (const [file, old] of moves) {
    const [from, to] = [folderOf(old), folderOf(file)];
    folders.set(from, !folders.has(from) || folders.get(from) === to ? to : null);
  }
  return folders;
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
