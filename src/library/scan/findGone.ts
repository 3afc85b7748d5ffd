// Rows whose files are not where they were, with what is known of them: new files may be these.

import { lstat } from "node:fs/promises";
import { decodePath } from "../paths.ts";
import type { LibraryFile } from "../types.ts";
import { GoneFiles } from "./moves.ts";
import { isGone, joinBytes, type ScanPlace } from "./place.ts";
import type { ScanStore } from "./store.ts";
import type { Survey } from "./survey.ts";

const rowsAtOnce = 5000;

/** Missing ones of earlier scans as well: a file may come back elsewhere. Nothing is asked when there is no new file. */
export async function findGone(library: ScanStore | null, { gone, toRead }: Survey): Promise<GoneFiles> {
  const files = new GoneFiles();
  if (library === null || !toRead.some(({ known }) => known === null)) return files;
  for (let start = 0; start < gone.length; start += rowsAtOnce) {
    const paths = gone.slice(start, start + rowsAtOnce).map(({ path }) => path);
    for (const file of (await library.batchGetFilesByPaths(paths)).values())
      if (file !== null) files.add(file);
  }
  return files;
}

/**
 * Whether a new file of a folder that is scanned alone was elsewhere in the library before: a row with its content whose
 * file is gone, from a folder that is still there (else its drive may not be mounted).
 */
export async function movedFrom(
  library: ScanStore | null,
  { root, folder }: ScanPlace,
  { contentHash }: LibraryFile,
  gone: GoneFiles,
): Promise<boolean> {
  if (library === null || folder === "" || contentHash === null) return false;
  const rows = (await library.batchGetFilesByHashes([contentHash], "content")).get(contentHash) ?? [];
  let isFound = false;
  for (const row of rows) {
    if (row.path.startsWith(`${folder}/`) || gone.has(row)) continue;
    const parent = row.path.split("/").slice(0, -1).join("/");
    const isThere = await exists(joinBytes(root, decodePath(row.path)));
    if (isThere !== false || (await exists(joinBytes(root, decodePath(parent)))) !== true) continue;
    gone.add(row);
    isFound = true;
  }
  return isFound;
}

/** Null when it cannot be told. */
async function exists(path: Buffer): Promise<boolean | null> {
  return lstat(path).then(
    () => true,
    (error) => (isGone(error) ? false : null),
  );
}
