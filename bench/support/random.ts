// The same numbers on every machine and in every run: what is measured must not change with the day.

/** Uniform in [0, 1). mulberry32: 32 bits of state, more than good enough to make text and vectors up. */
export type Random = () => number;

export function makeRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A whole number from `low` to below `high`. */
export function integer(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low));
}

export function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[integer(random, 0, items.length)] as Item;
}

/** Normally distributed (Box-Muller): the direction of a vector of these is uniform. */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
