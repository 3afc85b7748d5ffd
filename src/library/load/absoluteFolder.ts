// A folder as a user names it, as the text that a library knows it by.

import { realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { encodePath } from "../paths.ts";

/**
 * The absolute path without symbolic links, as `encodePath` writes it; of a folder that is not there, that of the nearest
 * one above that is, and the rest.
 */
export async function absoluteFolder(folder: string): Promise<string> {
  try {
    return encodePath(await realpath(folder, { encoding: "buffer" }));
  } catch {
    const path = resolve(folder);
    const above = dirname(path);
    return above === path
      ? encodePath(Buffer.from(path))
      : join(await absoluteFolder(above), encodePath(Buffer.from(basename(path))));
  }
}
