// What a vetted folder has, in lists and in numbers.

import type { MatchType } from "../types.ts";
import type { Verdict } from "./result.ts";

export interface VettedFile {
  /** Relative to the folder, as `encodePath` writes it. */
  path: string;
  matchType: MatchType;
  confidence: number;
  /** The file that it is like, in the folder or in the library; null for none. */
  match: { inFolder: boolean; path: string } | null;
}

export interface VetReport {
  /** Absolute, as `encodePath` writes it. */
  folder: string;
  /** Files; the sum of the four lists. */
  total: number;
  /** A match by the name alone is told, and the file is new. */
  newFiles: VettedFile[];
  duplicates: VettedFile[];
  uncertain: VettedFile[];
  /** Files and folders that cannot be read. */
  rejects: { path: string; code: string; message: string }[];
  duplicatePercent: number;
  newPercent: number;
  uncertainPercent: number;
  threshold: number;
  elapsedMs: number;
}

/** 0 of nothing is 0. */
export function percentOf(count: number, total: number): number {
  return total === 0 ? 0 : (100 * count) / total;
}

export class VetTally {
  readonly #folder: string;
  readonly #threshold: number;
  readonly #lists: Record<Verdict, VettedFile[]>;
  readonly #rejects: VetReport["rejects"] = [];

  constructor(folder: string, threshold: number) {
    this.#folder = folder;
    this.#threshold = threshold;
    const newFiles: VettedFile[] = [];
    this.#lists = { new: newFiles, weak: newFiles, duplicate: [], uncertain: [] };
  }

  add(verdict: Verdict, file: VettedFile): void {
    this.#lists[verdict].push(file);
  }

  reject(reject: VetReport["rejects"][number]): void {
    this.#rejects.push(reject);
  }

  report(elapsedMs: number): VetReport {
    const { new: newFiles, duplicate: duplicates, uncertain } = this.#lists;
    const total = newFiles.length + duplicates.length + uncertain.length + this.#rejects.length;
    return {
      folder: this.#folder,
      total,
      newFiles,
      duplicates,
      uncertain,
      rejects: this.#rejects,
      duplicatePercent: percentOf(duplicates.length, total),
      newPercent: percentOf(newFiles.length, total),
      uncertainPercent: percentOf(uncertain.length, total),
      threshold: this.#threshold,
      elapsedMs,
    };
  }
}
