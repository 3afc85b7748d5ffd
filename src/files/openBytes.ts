// The bytes of a file or stream, unpacked when they are packed.

import { createReadStream } from "node:fs";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { Decompress } from "fzstd";
import { CopycatError, errorCode, errorMessage } from "../errors.ts";
import { ZstdFrames } from "./zstdFrames.ts";

const chunkBytes = 256 * 1024;

/** As zstd itself, which takes more with --long or --memory only. */
const maxWindowBytes = 2 ** 27;

/** Of zstd data in one step: at most 16 MiB come out. */
const stepBytes = 512;

const gzipMagic = Buffer.from([0x1f, 0x8b]);
const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** What a source is called in messages. */
export function sourceName(source: string | Readable): string {
  return typeof source === "string" ? source : "standard input";
}

/**
 * The bytes of a file (by its path) or stream. gzip and zstd are recognised by their first bytes, not by a
 * name, so that they work on standard input too.
 *
 * A source that cannot be read, is truncated or damaged rejects with CopycatError UNREADABLE_SOURCE.
 */
export async function* openBytes(source: string | Readable): AsyncGenerator<Buffer> {
  const stream =
    typeof source === "string" ? createReadStream(source, { highWaterMark: chunkBytes }) : source;
  try {
    yield* unpack(buffersOf(stream));
  } catch (error) {
    throw unreadable(sourceName(source), error);
  }
}

async function* buffersOf(stream: Readable): AsyncGenerator<Buffer> {
  for await (const chunk of stream) yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
}

async function* unpack(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    let head = Buffer.alloc(0);
    while (head.length < zstdMagic.length) {
      const next = await chunks.next();
      if (next.done) break;
      head = Buffer.concat([head, next.value]);
    }
    const all = prepend(head, chunks);
    if (head.subarray(0, gzipMagic.length).equals(gzipMagic)) yield* unpackGzip(all);
    else if (head.subarray(0, zstdMagic.length).equals(zstdMagic)) yield* unzstd(all);
    else yield* all;
  } finally {
    // A reader that leaves early may do so before `all` has come to the rest.
    await chunks.return(undefined);
  }
}

async function* prepend(head: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  yield* rest;
}

/** Unpacks gzip as it comes; of several members one after the other all. */
export async function* unpackGzip(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const gunzipped = createGunzip({ chunkSize: chunkBytes });
  // Errors reach the loop below through `gunzipped`, which the pipeline destroys with them.
  pipeline(Readable.from(chunks, { objectMode: false }), gunzipped, () => undefined);
  for await (const chunk of gunzipped) yield chunk;
}

// Not node:zlib's zstd: Node 20 has none, and there must be one behaviour for files of several frames, as
// pzstd and `cat a.zst b.zst` write them. It gives 490 MB/s of records, which are
// then read at 60 MB/s.
async function* unzstd(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let unpacked: Buffer[] = [];
  const frames = new ZstdFrames({ onFrame: checkWindow, onBlock: () => undefined });
  const decompress = new Decompress((data) => {
    if (data.length > 0) unpacked.push(Buffer.from(data.buffer, data.byteOffset, data.length));
  });
  for await (const chunk of chunks) {
    frames.push(chunk);
    // Small steps, because a step's output is held whole: four bytes become a block of 128 KiB where it is all the same.
    for (let start = 0; start < chunk.length; start += stepBytes) {
      decompress.push(chunk.subarray(start, start + stepBytes));
      yield* unpacked;
      unpacked = [];
    }
  }
  decompress.push(new Uint8Array(0), true);
  yield* unpacked;
}

/** The window is memory that a file of a few bytes can ask for. */
function checkWindow(bytes: number): void {
  if (bytes <= maxWindowBytes) return;
  throw new Error(
    `its zstd data needs ${bytes} bytes of memory, more than ${maxWindowBytes}; pack it without --long`,
  );
}

function unreadable(name: string, error: unknown): CopycatError {
  return new CopycatError("UNREADABLE_SOURCE", `${name} cannot be read: ${reason(error)}.`, { cause: error });
}

function reason(error: unknown): string {
  switch (errorCode(error)) {
    case "ENOENT":
      return "there is no such file";
    case "EISDIR":
      return "it is a folder";
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "Z_BUF_ERROR":
      return "its gzip data is truncated; copy or write the file again";
    case "Z_DATA_ERROR":
      return `its gzip data is damaged (${errorMessage(error)})`;
    default:
      return errorMessage(error).replace(/\.$/, "");
  }
}
