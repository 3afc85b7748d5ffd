// What kinds of matches mean, in words.

import type { MatchType } from "../../../library/index.ts";

const words: Record<MatchType, string> = {
  exact_metadata: "same artist and title",
  exact_file: "same sample of content",
  exact_audio: "same audio",
  weak_name: "same name, no tags",
  fuzzy_metadata: "title alike",
  fuzzy_artist: "artist and title alike",
  none: "-",
};

/** "same artist and title", "title alike, 0.96"; never rounded up, or 0.949 would read as if it were certain. */
export function matchText(matchType: MatchType, confidence: number): string {
  const isLikeness = matchType === "fuzzy_metadata" || matchType === "fuzzy_artist";
  return isLikeness
    ? `${words[matchType]}, ${(Math.floor(confidence * 100 + 1e-9) / 100).toFixed(2)}`
    : words[matchType];
}
