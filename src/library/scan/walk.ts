// The files below a folder, by the bytes of their names. Symbolic links are not followed, so that no file is met twice.

import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { CopycatError, errorMessage } from "../../errors.ts";
import { decodePath, encodePath } from "../paths.ts";
import { joinBytes } from "./place.ts";

/** A folder with one of these is passed over, as other programs do. */
const marks: readonly string[] = [".ndignore", ".nomedia"];

export type FoundItem =
  | { type: "file"; path: string; bytes: Buffer }
  /** Marked to be passed over, or not to be listed: what is known below it stays as it is. */
  | { type: "passedOver"; path: string; mark: string }
  | { type: "unreadable"; path: string; message: string }
  | { type: "link"; path: string };

export interface ListFolderOptions {
  /** Where to begin, relative to the root, as text; default: the root. */
  folder?: string;
  signal?: AbortSignal | undefined;
}

/**
 * Regular files below a folder, in no certain order; folders are listed one at a time.
 *
 * @param root absolute, as bytes
 * @returns paths as text, relative to the root, and absolute as bytes
 * @throws CopycatError CANCELLED
 */
export async function* listFolder(
  root: Buffer,
  { folder = "", signal }: ListFolderOptions = {},
): AsyncIterable<FoundItem> {
  const folders = [{ path: folder, bytes: folder === "" ? root : joinBytes(root, decodePath(folder)) }];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    if (signal?.aborted)
      throw new CopycatError("CANCELLED", "The scan was cancelled.", { cause: signal.reason });
    const entries = await list(next.bytes);
    if (typeof entries === "string") {
      yield { type: "unreadable", path: next.path, message: entries };
      continue;
    }
    const mark = marks.find((name) => entries.some((entry) => entry.name.equals(Buffer.from(name))));
    if (mark !== undefined) {
      yield { type: "passedOver", path: next.path, mark };
      continue;
    }
    for (const entry of entries) {
      const name = encodePath(entry.name);
      const path = next.path === "" ? name : `${next.path}/${name}`;
      const bytes = joinBytes(next.bytes, entry.name);
      if (entry.isDirectory()) folders.push({ path, bytes });
      else if (entry.isFile()) yield { type: "file", path, bytes };
      else if (entry.isSymbolicLink()) yield { type: "link", path };
    }
  }
}

async function list(folder: Buffer): Promise<Dirent<Buffer>[] | string> {
  try {
    return await readdir(folder, { encoding: "buffer", withFileTypes: true });
  } catch (error) {
    return errorMessage(error);
  }
}
