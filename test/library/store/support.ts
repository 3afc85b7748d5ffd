// Files of a library as the tests need them: many, each a little different.

import type { LibraryFileInput } from "../../../src/library/index.ts";

export function makeFile(index: number, more: Partial<LibraryFileInput> = {}): LibraryFileInput {
  return {
    path: `artist ${index % 100}/song ${index}.mp3`,
    size: 3_000_000 + 1000 * index,
    artist: `Artist ${index % 100}`,
    title: `Song ${index}`,
    album: `Album ${index % 50}`,
    year: 2000 + (index % 25),
    duration: 180 + (index % 60),
    contentHash: `${3_000_000 + 1000 * index}_${index.toString(16).padStart(64, "0")}`,
    mtimeNs: 1_700_000_000_000_000_000n + BigInt(index),
    tags: { genre: ["Jazz"], bpm: index % 200 },
    ...more,
  };
}

export function makeFiles(count: number, from = 0): LibraryFileInput[] {
  return Array.from({ length: count }, (_, index) => makeFile(from + index));
}
