// A folder for the time of a run, and in it the files that ways are fed with.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NodeRecord } from "../../src/catalog/index.ts";
import { makeNodeBatches } from "./nodes.ts";
import { writeNdjson, writeTsv } from "./sourceFiles.ts";
import type { SourceFiles } from "./types.ts";

type Write = (path: string, batches: AsyncIterable<readonly NodeRecord[]>) => Promise<void>;

/** Each file is made when it is first asked for; all go when `work` has ended. */
export async function withSourceFiles<Result>(
  locators: boolean,
  work: (files: SourceFiles) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "copycat-bench-load-"));
  const made = new Map<string, Promise<void>>();
  const make = async (extension: string, entities: number, write: Write): Promise<string> => {
    const path = join(folder, `${entities}.${extension}`);
    const pending = made.get(path) ?? write(path, makeNodeBatches(entities, { locators }));
    made.set(path, pending);
    await pending;
    return path;
  };
  try {
    return await work({
      folder,
      tsv: (entities) => make("tsv", entities, writeTsv),
      ndjson: (entities) => make("ndjson", entities, writeNdjson),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
