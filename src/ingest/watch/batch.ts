// One batch: what is ready now, in one ingest.

import { stat, truncate } from "node:fs/promises";
import type { Database } from "../../database/index.ts";
import { ingestSources } from "../ingest.ts";
import { openDatasetSource } from "../sources/dataset.ts";
import { openFolderSource } from "../sources/folder.ts";
import type { IngestOptions, IngestReport, NodeSource } from "../types.ts";
import { Mark } from "./fileTable.ts";
import type { Scan } from "./scan.ts";
import type { WatchOptions } from "./types.ts";

/**
 * Ingests the ready files of all inputs in one transaction and marks them as done. Rejected files are done, too, until
 * they change.
 *
 * @throws what `ingest` throws; the files are then as ready as before
 */
export async function ingestReady(
  database: Database,
  scans: readonly Scan[],
  options: WatchOptions,
): Promise<IngestReport> {
  const wanted = scans.filter(({ ready }) => ready.length > 0);
  const report = await withRejects(options.ingest?.rejectsFile, () =>
    ingestSources(
      database,
      wanted.map((scan) => openScanned(scan, options)),
      ingestOptions(wanted, options),
    ),
  );
  for (const { input, ready } of wanted) {
    for (const { slot } of ready) input.files.setMark(slot, Mark.done);
  }
  return report;
}

/** By the description that was read last and was good, whatever the file says now. */
function openScanned({ input, ready }: Scan, { ingest = {} }: WatchOptions): NodeSource {
  const options = { label: ingest.source, only: new Set(ready.map(({ path }) => path)) };
  return input.description === null
    ? openFolderSource(input.path, options)
    : openDatasetSource(input.description, options);
}

function ingestOptions(scans: readonly Scan[], options: WatchOptions): IngestOptions {
  const { ingest = {}, log, signal } = options;
  return {
    ...ingest,
    inputs: scans.map(({ input }) => input.path),
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
