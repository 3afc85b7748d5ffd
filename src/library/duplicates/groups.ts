// The duplicates of a whole library, group by group.

import { CopycatError } from "../../errors.ts";
import type { Library } from "../store/index.ts";
import type { HashType, LibraryFile } from "../types.ts";
import { byPath, type DuplicateGroup, describeGroup } from "./describeGroup.ts";
import { listFuzzyGroups } from "./fuzzyGroups.ts";
import { equalMatchType, usableHash } from "./match.ts";
import { checkThreshold, confidences } from "./result.ts";
import { checkSignal } from "./subjects.ts";

/** What the files of a group have in common: a hash, or artist and a title that is alike. */
export type GroupBy = HashType | "fuzzy";

/** In the order in which they are looked for. */
export const groupKinds: readonly GroupBy[] = ["full", "content", "audio", "metadata", "fuzzy"];

export interface GroupOptions {
  /** One, or several; default all. */
  by?: GroupBy | readonly GroupBy[];
  /** Lowest likeness of titles of one artist, 0 to 1; default 0.8. */
  threshold?: number;
  /**
   * With `fuzzy`: also titles of artists that are nearly the same, through pg_trgm, which is made when it is first asked for. Both
   * likenesses together must reach the threshold; such groups (`fuzzy_artist`) are never certain. Default: false.
   */
  fuzzyArtists?: boolean;
  signal?: AbortSignal | undefined;
}

/**
 * Groups of active files that are duplicates of each other. A group that several kinds find (equal bytes have equal tags)
 * comes once, by the first of them; a kind that adds files to it gives the larger group as well.
 *
 * @throws CopycatError USAGE (threshold, an unknown kind), PERMISSION (no pg_trgm for `fuzzyArtists`), DATABASE, CONNECTION, CANCELLED
 *
 * @example
 * for await (const { matchType, files } of findDuplicates(library, { by: "content" })) console.log(matchType, files);
 */
export async function* findDuplicates(
  library: Library,
  { by = groupKinds, threshold = 0.8, fuzzyArtists = false, signal }: GroupOptions = {},
): AsyncGenerator<DuplicateGroup> {
  checkThreshold(threshold);
  const kinds = readKinds(by);
  const known = new Set<string>();
  for (const kind of groupKinds.filter((one) => kinds.includes(one))) {
    const groups =
      kind === "fuzzy"
        ? listFuzzyGroups(library, { threshold, fuzzyArtists, signal })
        : listEqualGroups(library, kind);
    for await (const group of groups) {
      checkSignal(signal);
      const ids = group.files
        .map(({ id }) => id)
        .sort((a, b) => (a as number) - (b as number))
        .join();
      if (known.has(ids)) continue;
      if (kinds.length > 1) known.add(ids);
      yield group;
    }
  }
}

function readKinds(by: GroupBy | readonly GroupBy[]): readonly GroupBy[] {
  const kinds = typeof by === "string" ? [by] : by;
  const unknown = kinds.find((kind) => !groupKinds.includes(kind));
  if (unknown === undefined && kinds.length > 0) return kinds;
  throw new CopycatError(
    "USAGE",
    `Duplicates are found by ${groupKinds.join(", ")}, not by "${unknown ?? ""}".`,
  );
}

async function* listEqualGroups(library: Library, by: HashType): AsyncGenerator<DuplicateGroup> {
  for await (const files of library.listGroups({ by })) {
    // Marks of older indexes stand for "could not be read".
    const comparable = files.filter((file) => usableHash(file, by) !== null);
    for (const group of by === "content" ? splitByBytes(comparable) : [comparable]) {
      const [first, second] = group;
      if (first === undefined || second === undefined) continue;
      const matchType = equalMatchType(by, first, second);
      yield describeGroup(group, matchType, confidences[matchType]);
    }
  }
}

/**
 * Files of one sampled hash whose full hashes differ are not the same. Those without one, of which nobody knows, stay with
 * the first ones.
 */
function splitByBytes(files: readonly LibraryFile[]): LibraryFile[][] {
  const groups = new Map<string, LibraryFile[]>();
  const unknown: LibraryFile[] = [];
  for (const file of files) {
    if (file.fullHash === null) unknown.push(file);
    else groups.set(file.fullHash, [...(groups.get(file.fullHash) ?? []), file]);
  }
  const [first = [], ...others] = groups.values();
  // One of the first is enough to keep them together; equalMatchType is asked about two that are not known to differ.
  return [[...first, ...unknown].sort(byPath), ...others];
}
