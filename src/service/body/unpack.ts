// Bodies unpacked as they come, within a budget: a few bytes must not become gigabytes.

import { Decompress } from "fzstd";
import { unpackGzip, ZstdFrames } from "../../files/index.ts";
import { Refusal } from "../problem.ts";

/** Of RFC 9659: what a receiver of `Content-Encoding: zstd` has to hold, and a sender may not go beyond. */
const mostWindowBytes = 8 * 1024 * 1024;

export const encodings = ["identity", "gzip", "zstd"] as const;

export type Encoding = (typeof encodings)[number];

/** @throws Refusal 415 for any other */
export function readEncoding(header: string | undefined): Encoding {
  const name = (header ?? "identity")
    .trim()
    .toLowerCase()
    .replace(/^x-gzip$/, "gzip");
  const found = encodings.find((encoding) => encoding === name);
  if (found !== undefined) return found;
  throw new Refusal(415, "USAGE", `Content-Encoding ${name} is not taken: gzip, zstd, or none.`, {
    headers: { "accept-encoding": "gzip, zstd, identity" },
  });
}

/** Records are packed 5 to 50 times; 1,032 is the most that gzip can, and zstd goes to 30,000. */
const mostRatio = 500;

/** What may be unpacked before the ratio is looked at: a small body may be as like itself as it wants. */
const freeBytes = 64 * 1024 * 1024;

/** Counts what came and what became of it. */
export class Budget {
  sent = 0;
  #spent = 0;

  /** @throws Refusal 413 */
  spend(bytes: number): void {
    this.#spent += bytes;
    if (this.#spent <= freeBytes + mostRatio * this.sent) return;
    throw new Refusal(
      413,
      "INVALID_INPUT",
      `The body is packed more than ${mostRatio} times; it is not unpacked.`,
    );
  }
}

export function unpack(
  chunks: AsyncGenerator<Buffer>,
  encoding: Encoding,
  budget: Budget,
): AsyncGenerator<Buffer> {
  if (encoding === "identity") return chunks;
  return encoding === "gzip" ? unpackCounted(chunks, budget) : unpackZstd(chunks, budget);
}

async function* unpackCounted(chunks: AsyncGenerator<Buffer>, budget: Budget): AsyncGenerator<Buffer> {
  for await (const chunk of unpackGzip(chunks)) {
    budget.spend(chunk.length);
    yield chunk;
  }
}

/** Bytes that are unpacked in one go, with all that comes out of them held. */
const stepBytes = 16 * 1024;

/** A block is charged this part of its window, which is moved as a whole for it: a typical block of 128 KiB pays 32. */
const windowShare = 256;

async function* unpackZstd(chunks: AsyncGenerator<Buffer>, budget: Budget): AsyncGenerator<Buffer> {
  let unpacked: Buffer[] = [];
  const decompress = new Decompress((data) => {
    budget.spend(data.length);
    if (data.length > 0) unpacked.push(Buffer.from(data.buffer, data.byteOffset, data.length));
  });
  const frames = new ZstdFrames({
    onFrame: (windowBytes) => {
      checkWindow(windowBytes);
      budget.spend(windowBytes);
    },
    onBlock: (windowBytes) => budget.spend(windowBytes / windowShare),
  });
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += stepBytes) {
      const step = chunk.subarray(start, start + stepBytes);
      frames.push(step);
      decompress.push(step);
      yield* unpacked;
      unpacked = [];
    }
  }
  decompress.push(new Uint8Array(0), true);
  yield* unpacked;
}

function checkWindow(windowBytes: number): void {
  if (windowBytes <= mostWindowBytes) return;
  throw new Refusal(
    413,
    "INVALID_INPUT",
    `The body is packed with a window of ${windowBytes} bytes; ${mostWindowBytes} are the most (zstd --long=23, level 19 or less).`,
  );
}
