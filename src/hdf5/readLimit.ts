// How much of an array is read in one piece. A file of a kilobyte can declare any size: chunks that were never written are
// nowhere in it.

import { CopycatError } from "../errors.ts";

/** More than that fits into no .npy file that anybody loads, nor twice into the memory of most machines. */
export const maxReadBytes = 2 ** 32;

/** Strings of variable length are all looked at for the longest; 2^30 of them take a quarter of an hour. */
export const maxStrings = 2 ** 30;

/** @throws CopycatError USAGE */
export function checkReadSize(name: string, elements: number, itemBytes: number): void {
  const bytes = elements * itemBytes;
  if (bytes <= maxReadBytes) return;
  throw new CopycatError(
    "USAGE",
    `${name}: ${bytes} bytes were asked for, and at most ${maxReadBytes} are read in one piece. Read a part of it, with a slice.`,
  );
}
