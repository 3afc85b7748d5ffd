// What tells that two files are the same: by their tags, by a sample of their bytes, by all of them.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { plainText } from "./normalise.ts";
import { stemOf } from "./paths.ts";

/** Of each sample. */
export const sampleBytes = 64 * 1024;

export interface Tags {
  artist: string | null;
  title: string | null;
}

/**
 * md5 of artist and title in lower case, without space around them; of the file's stem when both are empty, which says
 * little: `song.mp3` and `song.flac` are equal then.
 *
 * @example
 * metadataHash({ artist: "  The Beatles ", title: " Hey Jude " }, "x.mp3").hash; // "3fc8da0c12b3064554e0d3167f4d81fe"
 */
export function metadataHash(
  { artist, title }: Tags,
  filename: string,
): { hash: string; isHashOfName: boolean } {
  const [first, second] = [plainText(artist ?? ""), plainText(title ?? "")];
  if (first !== "" || second !== "") return { hash: md5(`${first}|${second}`), isHashOfName: false };
  // What the programs that made such indexes wrote for a file without a name.
  if (filename === "") return { hash: "NO_METADATA_HASH", isHashOfName: true };
  return { hash: md5(`NO_METADATA:${stemOf(filename).toLowerCase()}`), isHashOfName: true };
}

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

/**
 * Size, and SHA-256 of size, beginning, middle (from 256 KiB) and end (from 128 KiB), 64 KiB each: quick for large files,
 * and no proof that two are the same.
 *
 * @returns null when the file cannot be read, which is equal to nothing
 */
export async function contentHash(path: string | Buffer): Promise<string | null> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    const { size } = await file.stat();
    const samples: Buffer[] = [];
    for (const position of samplePositions(size)) samples.push(await sampleAt(file, position));
    return hashOfSamples(size, samples);
  } catch {
    return null;
  } finally {
    await file?.close();
  }
}

/** Where the samples of a file of this size begin. */
export function samplePositions(size: number): number[] {
  const middle = size >= 4 * sampleBytes ? [Math.floor(size / 2)] : [];
  const end = size >= 2 * sampleBytes ? [size - sampleBytes] : [];
  return [0, ...middle, ...end];
}

/** Of what stands at `samplePositions`, at most `sampleBytes` each. */
export function hashOfSamples(size: number, samples: readonly Buffer[]): string {
  const hash = createHash("sha256").update(String(size));
  for (const sample of samples) hash.update(sample);
  return `${size}_${hash.digest("hex")}`;
}

async function sampleAt(file: FileHandle, position: number): Promise<Buffer> {
  const buffer = Buffer.alloc(sampleBytes);
  let length = 0;
  while (length < sampleBytes) {
    const { bytesRead } = await file.read(buffer, length, sampleBytes - length, position + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

/** SHA-256 of all bytes, as hex digits. */
export async function fullHash(path: string | Buffer): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}
