// The main job: plan -> read -> load -> finish, with progress and a report.

import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import type { ClientBase } from "pg";
import { type LoadReport, refreshViews } from "../catalog/index.ts";
import { type Database, embeddedFolderName } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { checkRejectsFile, RejectsFile } from "../files/index.ts";
import { type Hdf5Reader, openHdf5Reader } from "../hdf5/index.ts";
import { silentLog } from "../log.ts";
import { words } from "../wording.ts";
import { type Account, openAccount } from "./account.ts";
import { loadParts } from "./loadParts.ts";
import { openSource } from "./openSource.ts";
import { PartReader } from "./parts.ts";
import { ProgressTracker } from "./progress.ts";
import { readSources } from "./readSources.ts";
import { makeReport } from "./report.ts";
import { type ResumedRun, RunRecord } from "./runs/index.ts";
import type { KeptOptions } from "./runs/keptOptions.ts";
import type { IngestOptions, IngestReport, NodeSource, SourceContext } from "./types.ts";

/**
 * Pours inputs into the catalog of a database, in one transaction, or in several with `commitEvery`.
 *
 * Records that cannot go in become rejects; all others are in when this resolves, and nothing is when it rejects (with
 * `commitEvery`: what was committed before). Running it again is safe, and quick: files that have not changed are not read
 * again, nodes of those that have are renewed, and what else is there already is treated by `policy`. The catalog must
 * exist (`ensureCatalog`). Without a database, only for `dryRun`, everything counts as new.
 *
 * @example
 * const report = await ingest(database, { inputs: ["datasets/vdp.yaml"] });
 */
export async function ingest(database: Database | null, options: IngestOptions): Promise<IngestReport> {
  return run(database, await checkInputs(options), { options, resumed: null });
}

/**
 * As `ingest`, of sources that the caller has opened: what they are to read need not be what the inputs say now. Each
 * stands for the input of its place, and can be read once. The reader stays open.
 */
export async function ingestSources(
  database: Database,
  { sources, reader }: { sources: readonly NodeSource[]; reader: Hdf5Reader },
  options: IngestOptions,
): Promise<IngestReport> {
  if (options.rejectsFile !== undefined) await checkRejectsFile(options.rejectsFile, options.inputs);
  return run(database, sources, { options, resumed: null, openReader: reader });
}

/**
 * Goes on with a run that failed or was interrupted, with its inputs and options. What it has committed is not read again.
 *
 * @param idOrPrefix the first four or more characters of the run's id
 * @param options what is not part of a run: progress, log, signal, where rejects go
 * @throws CopycatError NOT_FOUND; CONFLICT when the run is still going on; USAGE when it is completed
 */
export async function resumeIngest(
  database: Database,
  idOrPrefix: string,
  options: Omit<IngestOptions, "inputs"> = {},
): Promise<IngestReport> {
  const resumed = await RunRecord.resume(database, idOrPrefix, options.log);
  const { inputs, options: kept, rejectsFile, catalogSchema: schema } = resumed.start;
  const named = rejectsFile === null ? {} : { rejectsFile };
  try {
    const whole = { ...(kept as KeptOptions), ...named, ...options, inputs, schema };
    return await run(database, await checkInputs(whole), { options: whole, resumed });
  } finally {
    await resumed.record.close();
  }
}

interface RunOptions {
  options: IngestOptions;
  resumed: ResumedRun | null;
  /** One that others go on with afterwards. */
  openReader?: Hdf5Reader;
}

async function run(
  database: Database | null,
  sources: readonly NodeSource[],
  { options, resumed, openReader }: RunOptions,
): Promise<IngestReport> {
  const start = performance.now();
  const log = options.log ?? silentLog;
  let tracker: ProgressTracker | undefined;
  const account = await openAccount(database, {
    options,
    sources,
    id: options.run ?? randomUUID(),
    resumed,
    onPassed: (files) => tracker?.pass(files),
  });
  const rejects = openRejects(account.id, options, resumed !== null);
  tracker = new ProgressTracker(sources, rejects, options.onProgress);
  const shared = openReader ?? options.reader;
  const reader = shared ?? openHdf5Reader(options.workers === undefined ? {} : { workers: options.workers });
  const context: SourceContext = {
    reader,
    limit: options.limit ?? Number.POSITIVE_INFINITY,
    trustLayout: options.trustLayout ?? false,
    log,
    gate: account.gate,
  };
  const fromSources = { rejects: 0 };
  const batches = readSources(sources, context, {
    stamps: account.stamps,
    onReject: async (reject) => {
      fromSources.rejects += 1;
      await rejects.add(reject);
    },
    onBatch: (batch) => tracker?.read(batch),
  });
  const reportOn = (loaded: LoadReport, rejectsFile: string | null): IngestReport =>
    makeReport({ loaded, sources, options, rejectsFile, start, account, fromSources });
  const beforeCommit = async (client: ClientBase, loaded: LoadReport): Promise<void> => {
    await options.beforeCommit?.(client, reportOn(loaded, rejects.count === 0 ? null : rejects.path));
  };
  const parts = new PartReader(batches, options.commitEvery ?? Number.POSITIVE_INFINITY);
  try {
    const loaded = await loadParts(database, { parts, account, rejects, tracker, options, beforeCommit });
    const rejectsFile = await rejects.close();
    await refreshAfter(database, loaded, options);
    const report = reportOn(loaded, rejectsFile);
    await account.finish(report);
    return report;
  } catch (error) {
    await account.fail(error, options.nameSetting);
    throw options.commitEvery === undefined ? error : explainParts(error, account);
  } finally {
    tracker.stop();
    // A run that ends early (Ctrl-C, a server that went away) may leave a read waiting, which would keep the process.
    if (options.inputs.includes("-")) options.stdin?.destroy();
    await parts.close().catch(() => undefined);
    await rejects.close().catch(() => undefined);
    if (shared === undefined) await reader.close();
    await account.close();
  }
}

/**
 * Opens every input as far as that needs no database: what is not there, or described wrongly, is said before a server
 * is started or a schema made. `ingest` does the same first.
 *
 * @throws CopycatError UNREADABLE_SOURCE, INVALID_INPUT or USAGE
 */
export async function checkInputs(options: IngestOptions): Promise<NodeSource[]> {
  if (options.inputs.length === 0)
    throw new CopycatError(
      "USAGE",
      "Name at least one input: a dataset YAML, a folder of HDF5 files, one HDF5 file, or NDJSON records.",
    );
  if (options.rejectsFile !== undefined) await checkRejectsFile(options.rejectsFile, options.inputs);
  const sources: NodeSource[] = [];
  for (const input of options.inputs) {
    const { source: label, stdin, files: only, guard } = options;
    sources.push(await openSource(input, { label, stdin, only, guard }));
  }
  return sources;
}

/** What failed is the last part; those before it are in. */
function explainParts(error: unknown, { id, parts, isRecorded }: Account): unknown {
  if (!(error instanceof CopycatError) || parts === 0) return error;
  const before = parts === 1 ? "The part before it is in" : `The ${parts} parts before it are in`;
  const next = isRecorded ? `\`copycat ingest --resume ${id}\` goes on` : "the same command goes on";
  const message = words(error.wording, ` That is said of one part of the run. ${before}, and ${next}.`);
  return new CopycatError(error.code, message, { cause: error, details: error.details });
}

function openRejects(run: string, options: IngestOptions, goesOn: boolean): RejectsFile {
  return new RejectsFile(
    resolve(options.rejectsFile ?? `${embeddedFolderName}/rejects/${run}.ndjson`),
    options.maxRejects ?? Number.POSITIVE_INFINITY,
    {
      keep: options.dryRun !== true || options.rejectsFile !== undefined,
      append: options.appendRejects ?? goesOn,
    },
  );
}

/** Views of what was loaded. The rows are in, so a view that cannot be refreshed is told, and no failure. */
async function refreshAfter(
  database: Database | null,
  { nodes }: { nodes: { inserted: number; updated: number } },
  { dryRun, schema, log = silentLog }: IngestOptions,
): Promise<void> {
  if (database === null || dryRun === true || nodes.inserted + nodes.updated === 0) return;
  await refreshViews(database, {
    schema: schema ?? database.catalogSchema,
    afterLoad: true,
    onNotice: (message) => log.notice(message),
  });
}
