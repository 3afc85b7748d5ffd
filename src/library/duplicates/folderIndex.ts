// The files of an import folder that were met so far, to find those that it has twice.

import { Likeness, type PreparedText, prepareText } from "../likeness.ts";
import { artistKey, titleKey } from "../normalise.ts";
import type { LibraryFile, MatchType } from "../types.ts";
import { equalMatchType, usableHash } from "./match.ts";
import { confidences } from "./result.ts";

export interface FolderMatch {
  path: string;
  matchType: MatchType;
  confidence: number;
}

/** What is kept of a file. */
interface Met {
  path: string;
  fullHash: string | null;
  isHashOfName: boolean;
}

const exactTypes = ["metadata", "content", "audio"] as const;

export interface FolderIndexOptions {
  threshold: number;
  useFuzzy: boolean;
  useContentHash: boolean;
}

export class FolderIndex {
  readonly #byHash = new Map<string, Met[]>();
  readonly #byArtist = new Map<string, { path: string; title: PreparedText }[]>();
  readonly #likeness = new Likeness();
  readonly #options: FolderIndexOptions;

  constructor(options: FolderIndexOptions) {
    this.#options = options;
  }

  /** The best match among the files before; of equal ones the first. Null for none. */
  find(file: LibraryFile): FolderMatch | null {
    const exact = this.#findEqual(file);
    if (exact !== null && exact.matchType !== "weak_name") return exact;
    return (this.#options.useFuzzy ? this.#findFuzzy(file) : null) ?? exact;
  }

  add(file: LibraryFile, path: string): void {
    const met = { path, fullHash: file.fullHash, isHashOfName: file.isHashOfName };
    for (const key of this.#keysOf(file)) push(this.#byHash, key.text, met);
    const [artist, title] = [artistKey(file.artist), titleKey(file.title)];
    if (!this.#options.useFuzzy || artist === "" || title === "") return;
    push(this.#byArtist, artist, { path, title: prepareText(title) });
  }

  #keysOf(file: LibraryFile): { type: (typeof exactTypes)[number]; text: string }[] {
    const types = this.#options.useContentHash ? exactTypes : (["metadata"] as const);
    return types.flatMap((type) => {
      const hash = usableHash(file, type);
      return hash === null ? [] : [{ type, text: `${type} ${hash}` }];
    });
  }

  #findEqual(file: LibraryFile): FolderMatch | null {
    let weak: FolderMatch | null = null;
    for (const { type, text } of this.#keysOf(file)) {
      for (const { path, ...other } of this.#byHash.get(text) ?? []) {
        const matchType = equalMatchType(type, file, other);
        if (matchType === "none") continue;
        const match = { path, matchType, confidence: confidences[matchType] };
        if (matchType !== "weak_name") return match;
        weak ??= match;
        break;
      }
    }
    return weak;
  }

  #findFuzzy(file: LibraryFile): FolderMatch | null {
    const title = titleKey(file.title);
    const others = title === "" ? undefined : this.#byArtist.get(artistKey(file.artist));
    if (others === undefined) return null;
    this.#likeness.aim(prepareText(title));
    let best: FolderMatch | null = null;
    for (const other of others) {
      const floor: number = best?.confidence ?? this.#options.threshold;
      const confidence = this.#likeness.ratio(other.title, floor);
      if (confidence < floor || (best !== null && confidence === floor)) continue;
      best = { path: other.path, matchType: "fuzzy_metadata", confidence };
    }
    return best;
  }
}

function push<Key, Item>(map: Map<Key, Item[]>, key: Key, item: Item): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [item]);
  else known.push(item);
}
