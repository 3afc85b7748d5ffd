// What zstd data declares is seen, however its bytes are cut into chunks.

import { describe, expect, it } from "vitest";
import { ZstdFrames } from "../../src/files/zstdFrames.ts";
import { zstdStored } from "../service/support.ts";

// The head of what zstd writes of a pipe: a window of 2 MiB, and a checksum.
const piped = Buffer.from("28b52ffd0458d90000", "hex");

function walk(bytes: Buffer, chunkBytes: number): { frames: number[]; blocks: number } {
  const seen = { frames: [] as number[], blocks: 0 };
  const frames = new ZstdFrames({
    onFrame: (windowBytes) => void seen.frames.push(windowBytes),
    onBlock: () => {
      seen.blocks += 1;
    },
  });
  for (let start = 0; start < bytes.length; start += chunkBytes)
    frames.push(bytes.subarray(start, start + chunkBytes));
  return seen;
}

describe("frames", () => {
  const skippable = Buffer.from("502a4d1803000000aabbcc", "hex");
  const stored = zstdStored(Buffer.alloc(150_000, 0x61));

  it.each([1, 3, 7, 1000, 1_000_000])("are seen in chunks of %i bytes, one after the other", (chunkBytes) => {
    const seen = walk(Buffer.concat([stored, skippable, stored]), chunkBytes);
    expect(seen).toEqual({ frames: [256 * 1024, 256 * 1024], blocks: 6 });
  });

  it("have the window that they declare, or that of their size where they are a single segment", () => {
    expect(walk(piped, 5).frames).toEqual([2 * 1024 * 1024]);
    expect(walk(Buffer.from("28b52ffd201ed90000", "hex"), 5).frames).toEqual([30]);
    // Eight bytes of size: 2^40.
    expect(walk(Buffer.from("28b52ffde00000000000010000", "hex"), 100).frames).toEqual([2 ** 40]);
  });

  it("that are none are left to the unpacker", () => {
    expect(walk(Buffer.from("this is no zstd at all"), 4)).toEqual({ frames: [], blocks: 0 });
  });
});
