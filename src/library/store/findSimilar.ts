// Files whose artist and title are like given ones, through the server's trigrams.

import { CopycatError } from "../../errors.ts";
import type { LibraryFile } from "../types.ts";
import type { LibraryScope } from "./tables.ts";

export interface SimilarityKey {
  /** Given back with what was found. */
  index: number;
  /** As `artistKey` makes it. */
  artistKey: string;
  /** As `titleKey` makes it. */
  titleKey: string;
}

export interface SimilarityOptions {
  /** 0 to 1. */
  threshold: number;
}

export interface SimilarFile {
  index: number;
  file: LibraryFile;
  similarity: number;
}

export function findSimilar(
  _scope: LibraryScope,
  _keys: readonly SimilarityKey[],
  _options: SimilarityOptions,
): Promise<SimilarFile[]> {
  return Promise.reject(new CopycatError("INTERNAL", "findSimilar is not there yet."));
}
