// Rows whose files are not where they were, with what is known of them: new files may be these.

import { lstat } from "node:fs/promises";
import { decodePath } from "../paths.ts";
import type { LibraryFile } from "../types.ts";
import { Links } from "./links.ts";
import { deviceOf } from "./mounts.ts";
import { GoneFiles } from "./moves.ts";
import { isBelow, isGone, joinBytes, type ScanPlace } from "./place.ts";
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
 * New files of a folder that is scanned alone may have been elsewhere in the library before: rows with their content whose
 * files are gone, from folders that are still there, on the drive on which they were (else it may not be mounted), are added to those that are gone.
 */
export async function addGoneElsewhere(
  library: ScanStore | null,
  { root, folder }: ScanPlace,
  found: readonly LibraryFile[],
  gone: GoneFiles,
): Promise<void> {
  const hashes = found.flatMap(({ contentHash }) => contentHash ?? []);
  if (library === null || hashes.length === 0) return;
  const links = new Links(root);
  for (const rows of (await library.batchGetFilesByHashes(hashes, "content")).values()) {
    for (const row of rows) {
      if (isBelow(row.path, [folder]) || gone.has(row)) continue;
      const parent = row.path.split("/").slice(0, -1).join("/");
      const isThere = (await deviceAt(joinBytes(root, decodePath(row.path)))) !== "none";
      if (isThere && !(await links.isBehind(row.path))) continue;
      const device = await deviceAt(joinBytes(root, decodePath(parent)));
      if (device !== "none" && device !== null && row.inode !== null && device === deviceOf(row.inode))
        gone.add(row);
    }
  }
}

/** "none" when nothing is there; null when it cannot be told. */
async function deviceAt(path: Buffer): Promise<string | null> {
  return lstat(path, { bigint: true }).then(
    ({ dev }) => String(dev),
    (error) => (isGone(error) ? "none" : null),
  );
}
