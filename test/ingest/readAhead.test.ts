// Several iterables side by side, concatenated in order.

import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { concatReadAhead } from "../../src/ingest/readAhead.ts";

const unhandled: unknown[] = [];
const note = (reason: unknown): number => unhandled.push(reason);

beforeAll(() => {
  process.on("unhandledRejection", note);
});

afterAll(() => {
  process.off("unhandledRejection", note);
});

interface Watch {
  opened: number[];
  closed: number[];
}

/** An iterable of `count` items that notes when it is opened and closed. */
async function* watched(watch: Watch, input: number, count: number, failAt = -1): AsyncGenerator<string> {
  watch.opened.push(input);
  try {
    for (let index = 0; index < count; index++) {
      await delay((input * 7 + index) % 3);
      if (index === failAt) throw new Error(`item ${input} broke`);
      yield `${input}.${index}`;
    }
  } finally {
    watch.closed.push(input);
  }
}

const newWatch = (): Watch => ({ opened: [], closed: [] });

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe("what comes out", () => {
  it.each([1, 2, 5, 100])("is in the order of the inputs with width %i", async (width) => {
    const watch = newWatch();
    const inputs = [0, 1, 2, 3, 4, 5, 6];
    const got = await collect(concatReadAhead(inputs, width, (input) => watched(watch, input, input)));
    expect(got).toEqual(
      inputs.flatMap((input) => Array.from({ length: input }, (_, index) => `${input}.${index}`)),
    );
    expect(watch.closed.toSorted()).toEqual(inputs);
  });

  it("is nothing for no inputs", async () => {
    expect(await collect(concatReadAhead([], 3, () => watched(newWatch(), 0, 1)))).toEqual([]);
  });
});

it("opens at most the one being read and `width` more, and reads a bounded number of items ahead", async () => {
  const watch = newWatch();
  let made = 0;
  async function* endless(input: number): AsyncGenerator<string> {
    watch.opened.push(input);
    for (;;) {
      made += 1;
      yield `${input}`;
    }
  }
  const items = concatReadAhead(new Set([0, 1, 2, 3, 4, 5, 6, 7]), 2, endless);
  await items.next();
  await delay(20);
  expect(watch.opened).toEqual([0, 1, 2]);
  expect(made).toBeLessThanOrEqual(3 * 5);
  await items.return(undefined);
});

it("takes no input before there is room for it, and closes the inputs when it is left early", async () => {
  let taken = 0;
  let isClosed = false;
  async function* inputs(): AsyncGenerator<number> {
    try {
      for (;;) yield taken++;
    } finally {
      isClosed = true;
    }
  }
  const watch = newWatch();
  for await (const item of concatReadAhead(inputs(), 2, (input) => watched(watch, input, 2))) {
    if (item === "1.0") break;
  }
  expect(taken).toBeLessThanOrEqual(5);
  expect(isClosed).toBe(true);
  expect(watch.closed.toSorted()).toEqual(watch.opened);
});

it("surfaces an error in its turn, after everything before it, and closes the others", async () => {
  const watch = newWatch();
  const got: string[] = [];
  const run = async (): Promise<void> => {
    const open = (input: number): AsyncIterable<string> => watched(watch, input, 3, input === 1 ? 1 : -1);
    for await (const item of concatReadAhead([0, 1, 2, 3], 3, open)) {
      got.push(item);
      // Long enough for the second input to have failed already.
      await delay(10);
    }
  };
  await expect(run()).rejects.toThrow("item 1 broke");
  expect(got).toEqual(["0.0", "0.1", "0.2", "1.0"]);
  expect(watch.closed.toSorted()).toEqual(watch.opened);
});

it("hands on an error of the inputs themselves and closes what was opened", async () => {
  const watch = newWatch();
  function* inputs(): Generator<number> {
    yield 0;
    yield 1;
    throw new Error("no more inputs");
  }
  const run = collect(concatReadAhead(inputs(), 4, (input) => watched(watch, input, 2)));
  await expect(run).rejects.toThrow("no more inputs");
  expect(watch.closed.toSorted()).toEqual(watch.opened);
});

it("never leaves a rejection unhandled, also when it is left before the error's turn", async () => {
  const open = (input: number): AsyncIterable<string> => watched(newWatch(), input, 3, input === 0 ? -1 : 0);
  for await (const item of concatReadAhead([0, 1, 2], 3, open)) {
    await delay(10);
    if (item === "0.1") break;
  }
  await delay(10);
  expect(unhandled).toEqual([]);
});
