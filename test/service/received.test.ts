// A body that comes too slowly is not waited for.

import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { expect, it } from "vitest";
import { Received } from "../../src/service/body/received.ts";

/** So many bytes every 20 ms. */
async function* trickle(sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (const size of sizes) {
    await setTimeout(20);
    yield Buffer.alloc(size);
  }
}

async function read(sizes: readonly number[]): Promise<number> {
  const raw = Readable.from(trickle(sizes), { objectMode: false }) as IncomingMessage;
  let bytes = 0;
  for await (const chunk of new Received(raw, 5000, 200).chunks()) bytes += chunk.length;
  return bytes;
}

const times = <Item>(count: number, item: Item): Item[] => Array.from({ length: count }, () => item);

it("takes a body that keeps its pace", async () => {
  expect(await read(times(40, 500))).toBe(20_000);
});

it("ends one of a hundred bytes a second, whatever came before", async () => {
  await expect(read(times(100, 2))).rejects.toMatchObject({ status: 408 });
  await expect(read([1_000_000, ...times(100, 2)])).rejects.toMatchObject({ status: 408 });
});
