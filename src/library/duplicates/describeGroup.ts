// A group of duplicates, and how sure it is.

import type { LibraryFile, MatchType } from "../types.ts";
import { isCertain, isUncertain } from "./result.ts";

export interface DuplicateGroup {
  matchType: MatchType;
  /** Of the pair that is least alike: how like each file is to the one nearest to it, and the lowest of these. */
  confidence: number;
  /** From 0.95 on. Not a proof: see `isProven`. */
  isCertain: boolean;
  /** From 0.7 on, below 0.95. Below that it is weak: equal names of files without tags. */
  isUncertain: boolean;
  /** All bytes of all files were compared, by their full hashes; only then no byte is lost with one of them. */
  isProven: boolean;
  /** Two and more, by path. */
  files: LibraryFile[];
}

/** In the order of the bytes. */
export const byPath = (a: LibraryFile, b: LibraryFile): number =>
  Buffer.compare(Buffer.from(a.path), Buffer.from(b.path));

/** A group with what its confidence means. */
export function describeGroup(
  files: LibraryFile[],
  matchType: MatchType,
  confidence: number,
): DuplicateGroup {
  const bytes = files[0]?.fullHash ?? null;
  return {
    matchType,
    confidence,
    isCertain: isCertain(confidence),
    isUncertain: isUncertain(confidence),
    isProven: bytes !== null && files.every(({ fullHash }) => fullHash === bytes),
    files: [...files].sort(byPath),
  };
}
