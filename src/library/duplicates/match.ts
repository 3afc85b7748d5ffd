// The order of the tests: tags, content, audio data, likeness. The first one that finds something decides.

import { artistKey, titleKey } from "../normalise.ts";
import type { Library } from "../store/index.ts";
import type { DuplicateMatch, DuplicateResult, HashType, LibraryFile } from "../types.ts";
import {
  byRank,
  checkMost,
  confidences,
  haveSameBytes,
  makeDuplicateResult,
  mostOfNearArtist,
} from "./result.ts";
import { checkSignal, type Subject } from "./subjects.ts";

export interface MatchOptions {
  /** Lowest likeness of titles of the same artist, 0 to 1; default 0.8. */
  fuzzyThreshold?: number;
  /** Looks for titles that are alike, where no hash is equal. Default: true. */
  useFuzzy?: boolean;
  /** Compares content, by its sampled hash and that of the audio data. Default: true. */
  useContentHash?: boolean;
  /**
   * Also artists that are nearly the same, "Beatles" and "The Beatles": a wider search through pg_trgm, which is made when it
   * is first asked for. Its matches (`fuzzy_artist`) are as sure as both likenesses together, and never certain. Default:
   * false.
   */
  fuzzyArtists?: boolean;
  /** The best matches of each file; default 5. With 10, 10,000 files take twice as long. */
  maxMatches?: number;
  /** Keys of a look-up; default 500. */
  batchSize?: number;
  signal?: AbortSignal | undefined;
}

/**
 * A result for each subject, in their order; "none" for those that could not be read. Three look-ups by hashes and one for
 * titles, for all of them together.
 *
 * @throws CopycatError DATABASE, CONNECTION, CANCELLED: what was not looked up is never new
 */
export async function matchSubjects(
  library: Library,
  subjects: readonly Subject[],
  options: MatchOptions = {},
): Promise<DuplicateResult[]> {
  const { useFuzzy = true, useContentHash = true, maxMatches = 5, signal } = options;
  checkMost(maxMatches);
  const byMetadata = await findHashes(library, subjects, { ...options, type: "metadata" });
  const byContent = useContentHash
    ? await findHashes(library, subjects, { ...options, type: "content" })
    : new Map<string, LibraryFile[]>();
  const byAudio = useContentHash
    ? await findHashes(library, subjects, { ...options, type: "audio" })
    : new Map<string, LibraryFile[]>();
  const exact = subjects.map((subject) =>
    equalMatches(subject, { metadata: byMetadata, content: byContent, audio: byAudio }, maxMatches),
  );
  checkSignal(signal);
  const fuzzy = useFuzzy ? await findFuzzy(library, { subjects, exact }, options) : new Map();
  return subjects.map((_, index) => {
    const matches = [...(exact[index] ?? []), ...(fuzzy.get(index) ?? [])].sort(byRank);
    return makeDuplicateResult(matches.slice(0, maxMatches));
  });
}

/** What older indexes wrote for files that could not be read, or not whole; equal to nothing. */
const isMark = (hash: string): boolean =>
  hash === "" || hash === "HASH_FAILED" || hash === "NO_METADATA_HASH" || hash.endsWith("_FILE_TOO_LARGE");

/** The hash that files are compared by; null for one that says nothing. */
export function usableHash(file: LibraryFile, type: HashType): string | null {
  const hashes = {
    metadata: file.metadataHash,
    content: file.contentHash,
    audio: file.audioHash,
    full: file.fullHash,
  };
  const hash = hashes[type];
  return hash === null || isMark(hash) ? null : hash;
}

async function findHashes(
  library: Library,
  subjects: readonly Subject[],
  { type, batchSize = 500, signal }: MatchOptions & { type: HashType },
): Promise<Map<string, LibraryFile[]>> {
  const hashes = new Set<string>();
  for (const { file } of subjects) {
    const hash = file === null ? null : usableHash(file, type);
    if (hash !== null) hashes.add(hash);
  }
  if (hashes.size === 0) return new Map();
  return library.batchGetFilesByHashes([...hashes], type, { batchSize, signal });
}

export type ExactType = keyof typeof confidences;
type Compared = Pick<LibraryFile, "isHashOfName" | "fullHash">;

/** Whether an equal hash of this kind means something between two files, and what. */
export function equalMatchType(type: HashType, a: Compared, b: Compared): ExactType {
  if (type === "metadata") return a.isHashOfName || b.isHashOfName ? "weak_name" : "exact_metadata";
  if (type === "audio") return "exact_audio";
  return haveSameBytes(a, b) === false ? "none" : "exact_file";
}

type FoundHashes = Readonly<
  Record<"metadata" | "content" | "audio", ReadonlyMap<string, readonly LibraryFile[]>>
>;

/**
 * Each file once, by the strongest of the hashes it has in common; of each hash the oldest files, as many as are wanted:
 * thousands may be called "track 1".
 */
function equalMatches(subject: Subject, found: FoundHashes, most: number): DuplicateMatch[] {
  const { file } = subject;
  if (file === null) return [];
  const matches = new Map<number | null, DuplicateMatch>();
  for (const type of ["metadata", "content", "audio"] as const) {
    const hash = usableHash(file, type);
    let count = 0;
    for (const other of (hash === null ? undefined : found[type].get(hash)) ?? []) {
      if (count === most) break;
      if (isItself(subject, other)) continue;
      const matchType = equalMatchType(type, file, other);
      if (matchType === "none") continue;
      count += 1;
      const match = { file: other, matchType, confidence: confidences[matchType] };
      const known = matches.get(other.id);
      if (known === undefined || byRank(match, known) < 0) matches.set(other.id, match);
    }
  }
  return [...matches.values()];
}

function isItself({ ownId, ownPath }: Subject, other: LibraryFile): boolean {
  return (ownId !== null && other.id === ownId) || (ownPath !== null && other.path === ownPath);
}

async function findFuzzy(
  library: Library,
  { subjects, exact }: { subjects: readonly Subject[]; exact: readonly (readonly DuplicateMatch[])[] },
  { fuzzyThreshold = 0.8, fuzzyArtists = false, maxMatches = 5 }: MatchOptions,
): Promise<Map<number, DuplicateMatch[]>> {
  const found = new Map<number, DuplicateMatch[]>();
  const keys = subjects.flatMap(({ file }, index) => {
    const isFound = exact[index]?.some(({ matchType }) => matchType !== "weak_name") ?? false;
    const key = {
      index,
      artistKey: artistKey(file?.artist ?? null),
      titleKey: titleKey(file?.title ?? null),
    };
    return isFound || key.artistKey === "" || key.titleKey === "" ? [] : [key];
  });
  if (keys.length === 0) return found;
  // One more, since the file itself is the best of its own matches.
  const options = { threshold: fuzzyThreshold, most: maxMatches + 1, fuzzyArtists };
  for (const { index, file, similarity, artistSimilarity } of await library.findSimilar(keys, options)) {
    if (isItself(subjects[index] as Subject, file)) continue;
    const match: DuplicateMatch =
      artistSimilarity === 1
        ? { file, matchType: "fuzzy_metadata", confidence: similarity }
        : {
            file,
            matchType: "fuzzy_artist",
            confidence: Math.min(mostOfNearArtist, similarity * artistSimilarity),
          };
    if (match.confidence < fuzzyThreshold) continue;
    found.set(index, [...(found.get(index) ?? []), match]);
  }
  return found;
}
