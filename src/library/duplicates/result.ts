// What a check answers, and how sure it is.

import { CopycatError } from "../../errors.ts";
import type { DuplicateMatch, DuplicateResult, LibraryFile, MatchType } from "../types.ts";

/** From here on a match is certain. */
export const certainFrom = 0.95;
/** From here on, below `certainFrom`, somebody has to look. */
export const uncertainFrom = 0.7;

/** Artist and title that are both only alike are never certain. */
export const mostOfNearArtist = 0.94;

/** The order of the tests: the first one that finds something decides. */
const ranks: Readonly<Record<MatchType, number>> = {
  exact_metadata: 0,
  exact_file: 1,
  exact_audio: 2,
  fuzzy_metadata: 3,
  fuzzy_artist: 3,
  weak_name: 4,
  none: 5,
};

/** The best first: the order of the tests, then the surer one, then the older file. */
export function byRank(a: DuplicateMatch, b: DuplicateMatch): number {
  return (
    ranks[a.matchType] - ranks[b.matchType] ||
    b.confidence - a.confidence ||
    (a.file.id ?? 0) - (b.file.id ?? 0)
  );
}

/** How sure a match by an equal hash is; others have the likeness of their tags. */
export const confidences = {
  exact_metadata: 1,
  exact_file: 1,
  exact_audio: 1,
  weak_name: 0.5,
  none: 0,
} as const;

/** A result, with what became of the file that was asked about. */
export interface CheckedFile extends DuplicateResult {
  /** As it was given. */
  path: string;
  /** Why the file could not be read: then it is neither new nor a duplicate, nobody knows. */
  problem: { code: string; message: string } | null;
}

/**
 * A result from its matches, the best first.
 *
 * @throws CopycatError INVALID_INPUT for a confidence that is no number from 0 to 1
 *
 * @example
 * makeDuplicateResult([{ file, matchType: "exact_metadata", confidence: 1 }]).isDuplicate; // true
 * makeDuplicateResult([]).matchType; // "none"
 */
export function makeDuplicateResult(matches: readonly DuplicateMatch[]): DuplicateResult {
  for (const { confidence } of matches) checkConfidence(confidence);
  const best = matches[0];
  if (best === undefined) {
    return { isDuplicate: false, confidence: 0, matchType: "none", matchedFile: null, allMatches: [] };
  }
  return {
    isDuplicate: best.matchType !== "weak_name" && best.matchType !== "none",
    confidence: best.confidence,
    matchType: best.matchType,
    matchedFile: best.file,
    allMatches: matches,
  };
}

export type Verdict = "duplicate" | "uncertain" | "weak" | "new";

/**
 * What a result means for a file that is to be imported. Whatever was found and is not certain is uncertain, also below
 * 0.7, where a low threshold let it in; `weak`: only the names are equal.
 */
export function verdictOf({ isDuplicate, confidence, matchType }: DuplicateResult): Verdict {
  if (matchType === "weak_name") return "weak";
  if (!isDuplicate) return "new";
  return isCertain(confidence) ? "duplicate" : "uncertain";
}

export function isCertain(confidence: number): boolean {
  return confidence >= certainFrom;
}

export function isUncertain(confidence: number): boolean {
  return confidence >= uncertainFrom && confidence < certainFrom;
}

/**
 * Whether two files are the same, byte for byte: only the hash of all bytes can tell. Null when it is not known of both;
 * the sampled hash proves nothing.
 */
export function haveSameBytes(
  a: Pick<LibraryFile, "fullHash">,
  b: Pick<LibraryFile, "fullHash">,
): boolean | null {
  return a.fullHash === null || b.fullHash === null ? null : a.fullHash === b.fullHash;
}

/** @throws CopycatError INVALID_INPUT */
export function checkConfidence(confidence: number): void {
  if (typeof confidence === "number" && confidence >= 0 && confidence <= 1) return;
  throw new CopycatError(
    "INVALID_INPUT",
    `The confidence is ${confidence}; it must be a number from 0 to 1.`,
  );
}

/** @throws CopycatError USAGE */
export function checkThreshold(threshold: number): void {
  if (typeof threshold === "number" && threshold >= 0 && threshold <= 1) return;
  throw new CopycatError("USAGE", `The threshold is ${threshold}; it must be a number from 0 to 1.`);
}

/** @throws CopycatError USAGE: with no match at all, every file would look new */
export function checkMost(maxMatches: number): void {
  if (Number.isInteger(maxMatches) && maxMatches >= 1) return;
  throw new CopycatError("USAGE", `maxMatches is ${maxMatches}; it must be a whole number of at least 1.`);
}
