// A glob for the files that a draft describes.

import { posix } from "node:path";
import { globFilter } from "../listFiles.ts";

/** More files than this are not named one by one. */
const maxListed = 50;

export interface PatternWish {
  /** Paths below the folder, which it must match. */
  inside: readonly string[];
  /** Files that look different, which it must not match. */
  others: readonly string[];
  /** Files that it had better not match. */
  unreadable: readonly string[];
  /** No other file is in the folder. */
  isComplete: boolean;
}

/** By ending, else by the beginning of the names as well, else file by file; null when none of them will do. */
export function findPattern({ inside, others, unreadable, isComplete }: PatternWish): string | null {
  const general = [byEnding(inside, ""), byEnding(inside, commonStart(inside))];
  const listed = isComplete && inside.length <= maxListed ? [anyOf(inside.map(literal))] : [];
  return (
    general.find((pattern) => matches(pattern, inside) && !matchesAny(pattern, [...others, ...unreadable])) ??
    [...general, ...listed].find((pattern) => matches(pattern, inside) && !matchesAny(pattern, others)) ??
    null
  );
}

/** "*.h5", or "*.{h5,nxs}". */
export function byEnding(names: readonly string[], start = ""): string {
  const endings = [...new Set(names.map((name) => posix.extname(name)))].sort();
  const isPlain = endings.length === 1;
  return `${literal(start)}*${isPlain ? literal(endings[0] ?? "") : `.${anyOf(endings.map((ending) => literal(ending.slice(1))))}`}`;
}

/** A name as a glob: what means something in a glob stands as "any one character". */
export function literal(name: string): string {
  return name.replaceAll(/[^\w\-./ ]/gu, "?");
}

function anyOf(patterns: readonly string[]): string {
  return patterns.length === 1 ? (patterns[0] ?? "") : `{${patterns.join(",")}}`;
}

function commonStart(paths: readonly string[]): string {
  const [first = "", ...rest] = paths.map((path) => posix.basename(path));
  let length = first.length;
  for (const name of rest) {
    while (!name.startsWith(first.slice(0, length))) length -= 1;
  }
  return first.slice(0, length).replace(/\.[^.]*$/, "");
}

function matches(pattern: string, names: readonly string[]): boolean {
  const filter = globFilter(pattern);
  return names.every((name) => filter(name));
}

function matchesAny(pattern: string, names: readonly string[]): boolean {
  const filter = globFilter(pattern);
  return names.some((name) => filter(name));
}
