// Folders that are symbolic links now: what a scan does not enter is not there for anybody.

import { lstat } from "node:fs/promises";
import { decodePath } from "../paths.ts";
import { joinBytes } from "./place.ts";

/** Whether the way from the root to a file leads through a symbolic link. The root itself may be one. */
export class Links {
  readonly #root: Buffer;
  readonly #folders = new Map<string, Promise<boolean>>();

  constructor(root: Buffer) {
    this.#root = root;
  }

  /** @param path relative to the root, as text */
  isBehind(path: string): Promise<boolean> {
    const slash = path.lastIndexOf("/");
    return slash === -1 ? Promise.resolve(false) : this.#isLink(path.slice(0, slash));
  }

  /** Each folder is looked at once. */
  #isLink(folder: string): Promise<boolean> {
    let found = this.#folders.get(folder);
    if (found === undefined) {
      found = this.#look(folder);
      this.#folders.set(folder, found);
    }
    return found;
  }

  async #look(folder: string): Promise<boolean> {
    if (await this.isBehind(folder)) return true;
    // What is not there, or cannot be looked at, is told of the file itself.
    const stats = await lstat(joinBytes(this.#root, decodePath(folder))).catch(() => null);
    return stats?.isSymbolicLink() === true;
  }
}
