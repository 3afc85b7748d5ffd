// Drives that are not mounted: the files that are on them are not gone.

import { lstat } from "node:fs/promises";
import { decodePath } from "../paths.ts";
import { isGone, joinBytes } from "./place.ts";
import type { KnownFile } from "./store.ts";

export interface AwayFiles {
  rows: Set<KnownFile>;
  /** Where their drives were, as it seems. */
  folders: string[];
}

/**
 * A file that is not there was on a drive that is away when the folder in which it should be, or the nearest one above that
 * is there, has another device than the file had. Devices have new numbers after some restarts: when files that did not
 * change have them, nothing is known; nor where files have other ones than the folders that they are in, as on some layered
 * file systems.
 */
export class Mounts {
  readonly #root: Buffer;
  readonly #nearest = new Map<string, Promise<{ path: string; device: string | null }>>();
  #hasNewNumbers = false;
  #sample: { path: string; device: string } | null = null;

  constructor(root: Buffer) {
    this.#root = root;
  }

  /** A file that did not change since it was read. */
  addFile({ path, inode }: Pick<KnownFile, "path" | "inode">, device: bigint): void {
    this.#sample ??= { path, device: String(device) };
    if (inode !== null && deviceOf(inode) !== String(device)) this.#hasNewNumbers = true;
  }

  async findAway(gone: readonly KnownFile[]): Promise<AwayFiles> {
    const away: AwayFiles = { rows: new Set(), folders: [] };
    if (this.#hasNewNumbers || (await this.#areFoldersOthers())) return away;
    const folders = new Set<string>();
    for (const row of gone) {
      if (row.state !== "present" || row.inode === null) continue;
      const nearest = await this.#nearestFolder(parentOf(row.path));
      if (nearest.device === null || nearest.device === deviceOf(row.inode)) continue;
      away.rows.add(row);
      folders.add(nearest.path === "" ? firstPartOf(row.path) : nearest.path);
    }
    away.folders = [...folders].sort();
    return away;
  }

  async #areFoldersOthers(): Promise<boolean> {
    if (this.#sample === null) return false;
    const { device } = await this.#nearestFolder(parentOf(this.#sample.path));
    return device !== this.#sample.device;
  }

  /** The folder, or the nearest one above that is there; "" is the root. */
  #nearestFolder(path: string): Promise<{ path: string; device: string | null }> {
    let found = this.#nearest.get(path);
    if (found === undefined) {
      found = this.#look(path);
      this.#nearest.set(path, found);
    }
    return found;
  }

  async #look(path: string): Promise<{ path: string; device: string | null }> {
    try {
      const bytes = path === "" ? this.#root : joinBytes(this.#root, decodePath(path));
      return { path, device: String((await lstat(bytes, { bigint: true })).dev) };
    } catch (error) {
      if (path === "" || !isGone(error)) return { path, device: null };
      return this.#nearestFolder(parentOf(path));
    }
  }
}

export const deviceOf = (inode: string): string => inode.slice(0, inode.indexOf(":"));

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

/** The folder just below the root; "" for a file that is in the root. */
const firstPartOf = (path: string): string => path.slice(0, Math.max(0, path.indexOf("/")));
