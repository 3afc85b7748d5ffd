// How alike two texts are, as Python's difflib says it (SequenceMatcher.ratio), which the thresholds are meant for.
// https://docs.python.org/3/library/difflib.html: Ratcliff and Obershelp's matching of longest common blocks.

/**
 * 2 * matches / length of both, 0 to 1; 1 for two empty texts. Not symmetric: that of (a, b) may differ from that of (b, a).
 *
 * @example
 * similarity("song on", "song one"); // 0.9333...
 */
export function similarity(a: string, b: string): number {
  const [first, second] = [[...a], [...b]];
  const length = first.length + second.length;
  if (length === 0) return 1;
  return (2 * countMatches(first, second)) / length;
}

/** From so many characters on those that make up more than a hundredth of the text are passed over, as junk. */
const junkFrom = 200;

function countMatches(a: readonly string[], b: readonly string[]): number {
  const places = placesOf(b);
  let matches = 0;
  const left: [number, number, number, number][] = [[0, a.length, 0, b.length]];
  for (let range = left.pop(); range !== undefined; range = left.pop()) {
    const [aFrom, aTo, bFrom, bTo] = range;
    const { i, j, size } = longestMatch({ a, b, places }, range);
    if (size === 0) continue;
    matches += size;
    if (aFrom < i && bFrom < j) left.push([aFrom, i, bFrom, j]);
    if (i + size < aTo && j + size < bTo) left.push([i + size, aTo, j + size, bTo]);
  }
  return matches;
}

function placesOf(b: readonly string[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [index, character] of b.entries()) {
    const known = places.get(character);
    if (known === undefined) places.set(character, [index]);
    else known.push(index);
  }
  if (b.length < junkFrom) return places;
  const most = Math.floor(b.length / 100) + 1;
  for (const [character, indexes] of places) if (indexes.length > most) places.delete(character);
  return places;
}

interface Texts {
  a: readonly string[];
  b: readonly string[];
  places: ReadonlyMap<string, readonly number[]>;
}

/** The longest block that both have, the first one of several; then what is junk is added on both sides. */
function longestMatch(
  { a, b, places }: Texts,
  [aFrom, aTo, bFrom, bTo]: readonly [number, number, number, number],
): { i: number; j: number; size: number } {
  let best = { i: aFrom, j: bFrom, size: 0 };
  let lengths = new Map<number, number>();
  for (let i = aFrom; i < aTo; i++) {
    const next = new Map<number, number>();
    for (const j of places.get(a[i] as string) ?? []) {
      if (j < bFrom) continue;
      if (j >= bTo) break;
      const size = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, size);
      if (size > best.size) best = { i: i - size + 1, j: j - size + 1, size };
    }
    lengths = next;
  }
  let { i, j, size } = best;
  while (i > aFrom && j > bFrom && a[i - 1] === b[j - 1]) {
    i -= 1;
    j -= 1;
    size += 1;
  }
  while (i + size < aTo && j + size < bTo && a[i + size] === b[j + size]) size += 1;
  return { i, j, size };
}
