// One batch: what is ready of an input now, in one ingest.

import { stat, truncate } from "node:fs/promises";
import type { Database } from "../../database/index.ts";
import type { Hdf5Reader } from "../../hdf5/index.ts";
import { ingestSources } from "../ingest.ts";
import { openDatasetSource } from "../sources/dataset.ts";
import { openFolderSource } from "../sources/folder.ts";
import type { IngestOptions, IngestReport, NodeSource } from "../types.ts";
import { Mark } from "./fileTable.ts";
import type { Scan } from "./scan.ts";
import type { WatchOptions } from "./types.ts";

/**
 * Ingests the ready files of an input in one transaction and marks them as done. Rejected files are done, too, until they
 * change.
 *
 * @throws what `ingest` throws; the files are then as ready as before
 */
export async function ingestReady(
  { database, reader }: { database: Database; reader: Hdf5Reader },
  scan: Scan,
  options: WatchOptions,
): Promise<IngestReport> {
  const { input, ready } = scan;
  const source = openScanned(scan, options);
  await options.beforeBatch?.(source.dataset);
  const report = await withRejects(options.ingest?.rejectsFile, () =>
    ingestSources(database, { sources: [source], reader }, ingestOptions(input.path, options)),
  );
  for (const { slot } of ready) input.files.setMark(slot, Mark.done);
  return report;
}

/** By the description that was read last and was good, whatever the file says now. */
function openScanned({ input, ready }: Scan, { ingest = {} }: WatchOptions): NodeSource {
  const options = { label: ingest.source, only: new Set(ready.map(({ path }) => path)) };
  return input.description === null
    ? openFolderSource(input.path, options)
    : openDatasetSource(input.description, options);
}

function ingestOptions(input: string, options: WatchOptions): IngestOptions {
  const { ingest = {}, log, signal } = options;
  return {
    ...ingest,
    inputs: [input],
    appendRejects: true,
    ...(log === undefined ? {} : { log }),
    ...(signal === undefined ? {} : { signal }),
  };
}

/** Runs a batch; the rejects of one that failed do not stay in the named file, to which the next ones are added. */
async function withRejects<Result>(
  rejectsFile: string | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  if (rejectsFile === undefined) return work();
  const sizeNow = async (): Promise<number> => (await stat(rejectsFile).catch(() => null))?.size ?? 0;
  const sizeBytes = await sizeNow();
  try {
    return await work();
  } catch (error) {
    if ((await sizeNow()) > sizeBytes) await truncate(rejectsFile, sizeBytes);
    throw error;
  }
}
