// One file, without thinking of threads.

import { type FileReaders, openReaders } from "./readers.ts";
import type { ReadFileOptions, ReadResult } from "./types.ts";

let shared: FileReaders | undefined;

/**
 * Tags and hashes of a file, or why there are none; in threads that are shared, and end with the process. Symbolic links are
 * followed.
 *
 * @returns a record whose path is `as`, or else the absolute one without its leading slash; or code and message
 *
 * @example
 * const file = await readFile(Buffer.from("/music/halo.mp3"), { as: "halo.mp3" });
 * if ("code" in file) console.error(file.message);
 */
export function readFile(path: Buffer, options: ReadFileOptions = {}): Promise<ReadResult> {
  shared ??= openReaders({ fullHash: true });
  return shared.read(path, options);
}
