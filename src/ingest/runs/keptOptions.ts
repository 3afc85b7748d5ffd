// Of an ingest's options those that a run needs to be taken up.

import type { IngestOptions } from "../types.ts";

const names = [
  "policy",
  "checksum",
  "reread",
  "prune",
  "commitEvery",
  "mode",
  "triggers",
  "maxRejects",
  "workers",
  "limit",
  "trustLayout",
  "source",
  "by",
] as const satisfies readonly (keyof IngestOptions)[];

export type KeptOptions = Partial<Pick<IngestOptions, (typeof names)[number]>>;

export function keptOptions(options: IngestOptions): KeptOptions {
  return Object.fromEntries(
    names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
}
