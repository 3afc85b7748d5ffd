// The files below a folder, by the bytes of their names. Symbolic links are not followed, so that no file is met twice.

import type { Dirent } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { embeddedFolderName } from "../../database/index.ts";
import { CopycatError, errorMessage } from "../../errors.ts";
import { decodePath, encodePath } from "../paths.ts";
import { type IgnoreRule, isIgnored, parseIgnoreRules } from "./ignoreRules.ts";
import { joinBytes } from "./place.ts";

/** Says what of its folder is passed over; all of it when it is empty. */
const ignoreFile = ".ndignore";

/** A folder with one of these is passed over, as other programs do. */
const marks: readonly string[] = [".nomedia", ignoreFile];

/** Databases and rejects of ours, which would change with each scan of them. */
const ourFolder = Buffer.from(embeddedFolderName);

export type FoundItem =
  | { type: "file"; path: string; bytes: Buffer }
  /** Marked to be passed over, or not to be listed: what is known below it stays as it is. */
  | { type: "passedOver"; path: string; mark: string }
  /** A file or folder that a pattern of an `.ndignore` passes over; what is known of it stays as it is. */
  | { type: "ignored"; path: string; isFolder: boolean }
  | { type: "unreadable"; path: string; message: string }
  | { type: "link"; path: string };

export interface ListFolderOptions {
  /** Where to begin, relative to the root, as text; default: the root. */
  folder?: string;
  signal?: AbortSignal | undefined;
}

/**
 * Regular files below a folder, in no certain order; folders are listed one at a time, and `.copycat` is none of them.
 *
 * @param root absolute, as bytes
 * @returns paths as text, relative to the root, and absolute as bytes
 * @throws CopycatError CANCELLED
 */
export async function* listFolder(
  root: Buffer,
  { folder = "", signal }: ListFolderOptions = {},
): AsyncIterable<FoundItem> {
  const folders: Folder[] = [await firstFolder(root, folder)];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    if (signal?.aborted)
      throw new CopycatError("CANCELLED", "The scan was cancelled.", { cause: signal.reason });
    const entries = await list(next.bytes);
    if (typeof entries === "string") {
      yield { type: "unreadable", path: next.path, message: entries };
      continue;
    }
    const mark = marks.find((name) => entries.some((entry) => entry.name.equals(Buffer.from(name))));
    const own = mark === ignoreFile ? await readRules(next) : [];
    if (mark !== undefined && own.length === 0) {
      yield { type: "passedOver", path: next.path, mark };
      continue;
    }
    const rules = [...next.rules, ...own];
    for (const entry of entries) {
      const name = encodePath(entry.name);
      const path = next.path === "" ? name : `${next.path}/${name}`;
      const bytes = joinBytes(next.bytes, entry.name);
      const isFolder = entry.isDirectory();
      if (isFolder && entry.name.equals(ourFolder)) continue;
      if (isIgnored(path, isFolder, rules)) yield { type: "ignored", path, isFolder };
      else if (isFolder) folders.push({ path, bytes, rules });
      else if (entry.isFile()) yield { type: "file", path, bytes };
      else if (entry.isSymbolicLink()) yield { type: "link", path };
    }
  }
}

interface Folder {
  path: string;
  bytes: Buffer;
  /** Of the folders above. */
  rules: readonly IgnoreRule[];
}

/** A folder that is scanned alone is under the rules of those above it, too. */
async function firstFolder(root: Buffer, path: string): Promise<Folder> {
  let folder: Folder = { path: "", bytes: root, rules: [] };
  for (const name of path === "" ? [] : path.split("/")) {
    folder = {
      path: folder.path === "" ? name : `${folder.path}/${name}`,
      bytes: joinBytes(folder.bytes, decodePath(name)),
      rules: [...folder.rules, ...(await readRules(folder))],
    };
  }
  return folder;
}

/** None when there is no file with patterns, or it cannot be read. */
async function readRules({ path, bytes }: Folder): Promise<IgnoreRule[]> {
  const text = await readFile(joinBytes(bytes, Buffer.from(ignoreFile)), "utf8").catch(() => "");
  return parseIgnoreRules(text, path);
}

async function list(folder: Buffer): Promise<Dirent<Buffer>[] | string> {
  try {
    return await readdir(folder, { encoding: "buffer", withFileTypes: true });
  } catch (error) {
    return errorMessage(error);
  }
}
