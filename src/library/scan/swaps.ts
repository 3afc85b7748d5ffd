// Files of equal size and time that changed places: each looks unchanged under its name, and only the file system knows.

import type { KnownFile } from "./store.ts";

/**
 * A file that looks unchanged is another one when its inode is what another row of this size and time had, whose own file has
 * another inode by now, or is gone. An inode that is merely new says nothing: some network file systems give new ones
 * whenever they like, and so does a copy of a drive; none of these files is to be read again.
 */
export class Swaps {
  readonly #left = new Set<string>();

  /** @returns whether the file that is there now has another inode than the row says; it may be one that `isOther` knows */
  differs({ inode }: KnownFile, now: bigint): boolean {
    return inode !== null && numberOf(inode) !== String(now);
  }

  /** A row whose file is not under its name any more, or seems so. */
  leave(row: KnownFile): void {
    if (row.inode !== null) this.#left.add(keyOf(numberOf(row.inode), row));
  }

  /** When all rows have been looked at. */
  isOther(row: KnownFile, now: bigint): boolean {
    return this.#left.has(keyOf(String(now), row));
  }
}

/** The part of "device:inode" that stays when devices get new numbers. */
const numberOf = (inode: string): string => inode.slice(inode.indexOf(":") + 1);

const keyOf = (inode: string, { size, mtimeNs }: KnownFile): string => `${inode} ${size} ${mtimeNs}`;
