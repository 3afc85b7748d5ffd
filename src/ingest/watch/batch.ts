// One batch: what is ready now, in one ingest.

import { appendFile, readFile, rm } from "node:fs/promises";
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
  const report = await ingestSources(
    database,
    wanted.map((scan) => openScanned(scan, options)),
    ingestOptions(wanted, options),
  );
  for (const { input, ready } of wanted) {
    for (const { slot } of ready) input.files.setMark(slot, Mark.done);
  }
  return { ...report, rejectsFile: await collectRejects(report.rejectsFile, options) };
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
    ...(ingest.rejectsFile === undefined ? {} : { rejectsFile: partOf(ingest.rejectsFile) }),
    ...(log === undefined ? {} : { log }),
    ...(signal === undefined ? {} : { signal }),
  };
}

/** The rejects of a batch that failed must not stay in the file: those of each batch are written apart at first. */
const partOf = (rejectsFile: string): string => `${rejectsFile}.part`;

async function collectRejects(
  written: string | null,
  { ingest: { rejectsFile } = {} }: WatchOptions,
): Promise<string | null> {
  if (written === null || rejectsFile === undefined) return written;
  await appendFile(rejectsFile, await readFile(written));
  await rm(written);
  return rejectsFile;
}
