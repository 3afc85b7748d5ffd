// The files that all ways store: artist i % 100, album i % 50, year 2000 + i % 25, size 3,000,000 + 1,000 i.

import { createHash } from "node:crypto";
import { type LibraryFile, makeLibraryFile } from "../../src/library/index.ts";

const words = (
  "amber anchor arrow ash autumn bell birch bridge candle canyon cedar cloud coral crane dawn delta drift dune ember " +
  "feather fern field flint fog forest garden glass harbour heron hollow island ivory jasper lantern linen maple marble " +
  "meadow mirror moss needle night north ocean orchard paper pebble pine quarry"
).split(" ");

/** Prime to the number of titles, so that each title comes once. */
const stride = 7919;
const titles = words.length ** 3;

/** Three words; 125,000 of them differ. */
export function titleOf(index: number): string {
  const place = (index * stride) % titles;
  const parts = [place, Math.floor(place / words.length), Math.floor(place / words.length ** 2)];
  return parts.map((part) => words[part % words.length]).join(" ");
}

const indexedAt = new Date("2025-11-22T10:00:00Z");

export function makeFile(index: number): LibraryFile {
  const artist = `Artist ${index % 100}`;
  const album = `Album ${index % 50}`;
  const size = 3_000_000 + 1000 * index;
  return makeLibraryFile({
    path: `${artist}/${album}/${String(index).padStart(7, "0")} ${titleOf(index)}.mp3`,
    size,
    artist,
    title: titleOf(index),
    album,
    year: 2000 + (index % 25),
    duration: 180 + (index % 120),
    mtimeNs: 1_700_000_000_000_000_000n + BigInt(index) * 1_000_000_000n,
    contentHash: contentHashOf(index, size),
    indexedAt,
  });
}

/** As long as real ones, of no content. */
export function contentHashOf(index: number, size: number): string {
  return `${size}_${createHash("sha256").update(String(index)).digest("hex")}`;
}

export function makeFiles(count: number): LibraryFile[] {
  return Array.from({ length: count }, (_, index) => makeFile(index));
}

/** The same file after its tags were edited: another album, title and year, and so another hash and size. */
export function edited(file: LibraryFile): LibraryFile {
  const { metadataHash: _hash, isHashOfName: _weak, ...rest } = file;
  return makeLibraryFile({
    ...rest,
    album: `${file.album} (remastered)`,
    title: `${file.title} again`,
    year: (file.year ?? 2000) + 1,
    size: file.size + 7,
    mtimeNs: (file.mtimeNs ?? 0n) + 1n,
  });
}

/** So many of them, evenly spread. */
export function spread<Item>(items: readonly Item[], most: number): Item[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, index) => items[Math.floor((index * items.length) / most)] as Item);
}
