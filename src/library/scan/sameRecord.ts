// Whether a file that was read again says what its row says already.

import { isDeepStrictEqual } from "node:util";
import type { LibraryFile } from "../types.ts";

/** Where and when it was read, and what a scan did not ask for. */
const passedOver = [
  "id",
  "mtimeNs",
  "inode",
  "indexedAt",
  "lastVerified",
  "isActive",
  "state",
  "missingSince",
  "fullHash",
] as const;

export function isSameRecord(stored: LibraryFile, read: LibraryFile): boolean {
  const hasOtherFullHash =
    stored.fullHash !== null && read.fullHash !== null && stored.fullHash !== read.fullHash;
  return !hasOtherFullHash && isDeepStrictEqual(comparable(stored), comparable(read));
}

function comparable(file: LibraryFile): Partial<LibraryFile> {
  const copy: Partial<LibraryFile> = { ...file };
  for (const name of passedOver) delete copy[name];
  return copy;
}
