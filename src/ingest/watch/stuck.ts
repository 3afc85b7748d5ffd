// What to say of a file that is not getting ready, and what to do about it.

import type { StuckFile } from "./scan.ts";

const sentences: Record<StuckFile["state"], (path: string, since: string) => string> = {
  open: (path, since) =>
    `${path} has been marked as being written since ${since}. It is taken when its writer closes it; if that has ended ` +
    `without closing it, \`h5clear -s ${path}\` mends the file.`,
  swmr: (path, since) =>
    `${path} is open for SWMR writing and has not changed since ${since}. It is taken when its writer closes it; if that ` +
    `has ended without closing it, \`h5clear -s ${path}\` mends the file.`,
  truncated: (path, since) =>
    `${path} is shorter than it says itself and has not changed since ${since}. It is taken when it is whole; copy or ` +
    "write it again.",
  unreadable: (path, since) =>
    `${path} is no HDF5 file that can be read, and has not changed since ${since}. It is taken when it has become one.`,
};

export function explainStuck({ path, state, modifiedMs }: StuckFile): string {
  return sentences[state](path, new Date(modifiedMs).toISOString());
}
