// Files below a folder, in an order that does not depend on the file system.

import type { Dirent } from "node:fs";
import { opendir, readdir, realpath, stat } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import picomatch from "picomatch";
import { CopycatError, errorMessage } from "../errors.ts";

export interface ListedFile {
  /** Absolute. */
  path: string;
  /** Relative to the folder, with "/" on every platform. */
  relativePath: string;
}

/**
 * One file as the list would give it; both paths absolute.
 *
 * @throws CopycatError UNREADABLE_SOURCE when the file is not below the folder.
 */
export function listedFile(folder: string, path: string): ListedFile {
  const below = relative(folder, path);
  if (below === "" || below === ".." || below.startsWith(`..${sep}`) || isAbsolute(below)) {
    throw new CopycatError("UNREADABLE_SOURCE", `${path} is not below ${folder}, the folder of its input.`);
  }
  return { path, relativePath: toSlashes(below) };
}

/**
 * Of given files those that the list would give, in its order.
 *
 * @throws CopycatError UNREADABLE_SOURCE when only one is asked for and it is not below the folder.
 */
export function pickFiles(folder: string, paths: ReadonlySet<string>, filter: FileFilter): ListedFile[] {
  const [only] = paths;
  if (paths.size === 1 && only !== undefined) return [listedFile(folder, only)];
  const below = [...paths].flatMap((path) => {
    const relativePath = toSlashes(relative(folder, path));
    const isBelow = relativePath !== "" && !relativePath.startsWith("../") && !isAbsolute(relativePath);
    return isBelow && filter(relativePath) ? [{ path, relativePath }] : [];
  });
  return below.sort((a, b) => compareSegments(a.relativePath, b.relativePath));
}

function compareSegments(a: string, b: string): number {
  const [left, right] = [a.split("/"), b.split("/")];
  for (const [index, segment] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (segment !== other) return segment < other ? -1 : 1;
  }
  return -1;
}

export type FileFilter = (relativePath: string) => boolean;

/** As a shell's glob with `**`; a pattern without "/" matches the name in any folder. */
export function globFilter(pattern: string): FileFilter {
  const matches = picomatch(pattern, { dot: false, basename: !pattern.includes("/") });
  return (relativePath) => matches(relativePath);
}

/**
 * Depth first, names in the order of their code units. One folder's names are held at a time. Hidden files and
 * folders are left out.
 */
export async function* listFiles(folder: string, filter: FileFilter): AsyncGenerator<ListedFile> {
  yield* listBelow({ root: folder, folder, above: [] }, filter);
}

interface Walk {
  root: string;
  folder: string;
  /** Real paths of the folders that lead here: a link to one of them is not followed, it would never end. */
  above: readonly string[];
}

async function* listBelow(walk: Walk, filter: FileFilter): AsyncGenerator<ListedFile> {
  const { root, folder } = walk;
  const entries = await readFolder(folder);
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith(".")) continue;
    const path = join(folder, entry.name);
    const below = await folderBehind(walk, entry, path);
    if (below !== null) {
      yield* listBelow(below, filter);
    } else if (entry.isFile() || entry.isSymbolicLink()) {
      const relativePath = toSlashes(relative(root, path));
      if (filter(relativePath)) yield { path, relativePath };
    }
  }
}

/** The folder that an entry is or links to; null when it is none, or one that leads to itself. */
async function folderBehind(
  { root, folder, above }: Walk,
  entry: Dirent,
  path: string,
): Promise<Walk | null> {
  if (entry.isDirectory()) return { root, folder: path, above: [...above, folder] };
  if (!entry.isSymbolicLink()) return null;
  const target = await stat(path).catch(() => null);
  if (target === null || !target.isDirectory()) return null;
  const real = await realpath(path);
  const leading = await Promise.all([...above, folder].map((leader) => realpath(leader)));
  return leading.includes(real) ? null : { root, folder: path, above: [...above, folder] };
}

/** The same files counted, without holding a folder's names. */
export async function countFiles(folder: string, filter: FileFilter): Promise<number> {
  return countBelow({ root: folder, folder, above: [] }, filter);
}

async function countBelow(walk: Walk, filter: FileFilter): Promise<number> {
  const { root, folder } = walk;
  let count = 0;
  for await (const entry of await opendir(folder)) {
    if (entry.name.startsWith(".")) continue;
    const path = join(folder, entry.name);
    const below = await folderBehind(walk, entry, path);
    if (below !== null) {
      count += await countBelow(below, filter);
    } else if (entry.isFile() || entry.isSymbolicLink()) {
      if (filter(toSlashes(relative(root, path)))) count += 1;
    }
  }
  return count;
}

function toSlashes(path: string): string {
  return sep === "/" ? path : path.replaceAll(sep, "/");
}

async function readFolder(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw new CopycatError("UNREADABLE_SOURCE", `Cannot list ${folder}: ${errorMessage(error)}`, {
      cause: error,
    });
  }
}
