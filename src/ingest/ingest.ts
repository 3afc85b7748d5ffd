// The main job: plan -> read -> load -> finish, with progress and a report.

import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import {
  type LoadReport,
  loadNodes,
  type NodeRecord,
  readCatalogState,
  refreshViews,
} from "../catalog/index.ts";
import { type Database, embeddedFolderName } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { checkRejectsFile, RejectsFile } from "../files/index.ts";
import { openHdf5Reader } from "../hdf5/index.ts";
import { silentLog } from "../log.ts";
import { countOnly } from "./countOnly.ts";
import { openSource } from "./openSource.ts";
import { ProgressTracker } from "./progress.ts";
import type { IngestOptions, IngestReport, NodeSource, SourceContext } from "./types.ts";

/**
 * Pours inputs into the catalog of a database, in one transaction.
 *
 * Records that cannot go in become rejects; all others are in when this resolves, and nothing is when it rejects.
 * Running it again is safe: what is there already is skipped, or renewed under policy `update`. The catalog must
 * exist (`ensureCatalog`). Without a database, only for `dryRun`, everything counts as new.
 *
 * @example
 * const report = await ingest(database, { inputs: ["datasets/vdp.yaml"], policy: "update" });
 */
export async function ingest(database: Database | null, options: IngestOptions): Promise<IngestReport> {
  const start = performance.now();
  const run = randomUUID();
  const sources = await checkInputs(options);
  const rejects = new RejectsFile(
    resolve(options.rejectsFile ?? `${embeddedFolderName}/rejects/${run}.ndjson`),
    options.maxRejects ?? Number.POSITIVE_INFINITY,
    options.dryRun !== true || options.rejectsFile !== undefined,
  );
  const tracker = new ProgressTracker(sources, rejects, options.onProgress);
  const reader = openHdf5Reader(options.workers === undefined ? {} : { workers: options.workers });
  const context = {
    reader,
    limit: options.limit ?? Number.POSITIVE_INFINITY,
    trustLayout: options.trustLayout ?? false,
    log: options.log ?? silentLog,
  };
  const fromSources = { rejects: 0 };
  try {
    const batches = readAll(sources, context, rejects, tracker, fromSources);
    const loaded = await load(database, batches, rejects, tracker, options);
    const rejectsFile = await rejects.close();
    await refreshAfter(database, loaded, options);
    return makeReport(loaded, { run, sources, options, rejectsFile, start, fromSources });
  } finally {
    tracker.stop();
    // A run that ends early (Ctrl-C, a server that went away) may leave a read waiting, which would keep the process.
    if (options.inputs.includes("-")) options.stdin?.destroy();
    await rejects.close().catch(() => undefined);
    await reader.close();
  }
}

/**
 * Opens every input as far as that needs no database: what is not there, or described wrongly, is said before a server
 * is started or a schema made. `ingest` does the same first.
 *
 * @throws CopycatError UNREADABLE_SOURCE, INVALID_INPUT or USAGE
 */
export async function checkInputs(options: IngestOptions): Promise<NodeSource[]> {
  if (options.inputs.length === 0) throw new CopycatError("USAGE", "Name at least one input.");
  if (options.rejectsFile !== undefined) await checkRejectsFile(options.rejectsFile, options.inputs);
  const sources: NodeSource[] = [];
  for (const input of options.inputs) {
    sources.push(await openSource(input, { label: options.source, stdin: options.stdin }));
  }
  return sources;
}

async function* readAll(
  sources: readonly NodeSource[],
  context: SourceContext,
  rejects: RejectsFile,
  tracker: ProgressTracker,
  fromSources: { rejects: number },
): AsyncGenerator<NodeRecord[]> {
  for (const source of sources) {
    for await (const batch of source.batches(context)) {
      for (const reject of batch.rejects) await rejects.add(reject);
      fromSources.rejects += batch.rejects.length;
      tracker.read(batch);
      if (batch.nodes.length > 0) yield batch.nodes;
    }
  }
}

async function load(
  database: Database | null,
  batches: AsyncGenerator<NodeRecord[]>,
  rejects: RejectsFile,
  tracker: ProgressTracker,
  options: IngestOptions,
): Promise<LoadReport> {
  const dryRun = options.dryRun ?? false;
  if (dryRun) {
    const state = database === null ? null : await readCatalogState(database);
    if (state?.kind === "foreign") throw new CopycatError("CATALOG_VERSION", state.reason);
    if (state === null || state.kind === "absent") return countOnly(batches);
  }
  if (database === null) throw new CopycatError("USAGE", "Only a dry run goes without a database.");
  return loadNodes(database, batches, {
    policy: options.policy ?? "skip",
    mode: options.mode ?? "auto",
    dryRun,
    onReject: (reject) => rejects.add(reject),
    onPhase: (phase) => tracker.enter(phase),
    onNotice: (message) => options.log?.notice(message),
    ...(options.triggers === undefined ? {} : { triggers: options.triggers }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}

/** Views of what was loaded. The rows are in, so a view that cannot be refreshed is told, and no failure. */
async function refreshAfter(
  database: Database | null,
  { nodes }: LoadReport,
  { dryRun, log = silentLog }: IngestOptions,
): Promise<void> {
  if (database === null || dryRun === true || nodes.inserted + nodes.updated === 0) return;
  await refreshViews(database, { afterLoad: true, onNotice: (message) => log.notice(message) });
}

interface ReportContext {
  run: string;
  sources: readonly NodeSource[];
  options: IngestOptions;
  rejectsFile: string | null;
  start: number;
  fromSources: { rejects: number };
}

function makeReport(loaded: LoadReport, context: ReportContext): IngestReport {
  const elapsedMs = Math.round(performance.now() - context.start);
  const read = loaded.nodes.read + context.fromSources.rejects;
  const rejected = loaded.nodes.rejected + context.fromSources.rejects;
  return {
    run: context.run,
    status: rejected === 0 ? "completed" : "completed_with_rejects",
    dataset: context.sources.map(({ dataset }) => dataset).join(", "),
    source: [...new Set(context.sources.map(({ label }) => label))].join(", "),
    dryRun: context.options.dryRun ?? false,
    ...loaded,
    nodes: { ...loaded.nodes, read, rejected },
    elapsedMs,
    nodesPerSecond: Math.round((read * 1000) / Math.max(1, elapsedMs)),
    // maxRSS is in KiB: https://nodejs.org/api/process.html#processresourceusage
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    readableStorage: [...new Set(context.sources.flatMap(({ directories }) => directories))],
    rejectsFile: context.rejectsFile,
  };
}
