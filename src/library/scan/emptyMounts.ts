// Folders on which a drive was mounted that is not there: the files that were on it are not gone.

import { lstat } from "node:fs/promises";
import { isBelow } from "./place.ts";
import type { KnownFile } from "./store.ts";

/**
 * An empty folder is such a one when the files that were below it had another device than the folder has now. Devices have
 * new numbers after some restarts: when files that did not change have them, nothing is known.
 */
export class EmptyMounts {
  readonly #folders: { path: string; device: string }[] = [];
  #hasNewNumbers = false;

  async addFolder({ path, bytes }: { path: string; bytes: Buffer }): Promise<void> {
    const stats = await lstat(bytes, { bigint: true }).catch(() => null);
    if (stats !== null && path !== "") this.#folders.push({ path, device: String(stats.dev) });
  }

  /** A file that did not change since it was read. */
  addFile(known: KnownFile, device: bigint): void {
    if (known.inode !== null && deviceOf(known.inode) !== String(device)) this.#hasNewNumbers = true;
  }

  /** Paths of these folders. */
  find(gone: readonly KnownFile[]): string[] {
    if (this.#hasNewNumbers || this.#folders.length === 0) return [];
    const found = this.#folders.filter(({ path, device }) => {
      const rows = gone.filter((row) => row.state === "present" && isBelow(row.path, [path]));
      return rows.length > 0 && rows.every(({ inode }) => inode !== null && deviceOf(inode) !== device);
    });
    return found.map(({ path }) => path);
  }
}

const deviceOf = (inode: string): string => inode.slice(0, inode.indexOf(":"));
