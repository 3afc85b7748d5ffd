// The load of a file or stream: read, load, rejects file, report. What `copycat memory load` does.

import { randomUUID } from "node:crypto";
import { open, stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Readable } from "node:stream";
import type { BeforeCommit, BulkReport } from "../bulk/index.ts";
import { type Database, embeddedFolderName, withRollback } from "../database/index.ts";
import { CopycatError, errorCode, errorMessage } from "../errors.ts";
import { checkRejectsFile, RejectsFile } from "../files/index.ts";
import { asJsonText } from "../json.ts";
import { countRecords } from "./countRecords.ts";
import { checkAgrees, type EnsureOptions, ensureMemory } from "./ensureMemory.ts";
import { type MemoryInput, openMemoryInput } from "./input/openInput.ts";
import { checkPolicy, loadMemory, type MemoryLoadOptions } from "./loadMemory.ts";
import { readMemoryStore } from "./store.ts";
import type { MemoryKind } from "./types.ts";

export interface LoadFileOptions
  extends Omit<MemoryLoadOptions, "onReject" | "onError" | "onRestart" | "beforeCommit" | "store" | "schema">,
    EnsureOptions {
  /** A path, or "-" for `stdin`. */
  input: string;
  kind: MemoryKind;
  stdin?: Readable;
  /** One record a line, and no JSON document, which would be held in memory; default false. */
  linesOnly?: boolean;
  /** Namespace of entries that name none; default "default". */
  namespace?: string;
  /** Where rejects go; default `.copycat/rejects/RUN.ndjson`, made when the first one comes. */
  rejectsFile?: string;
  /** Read, check, count; change nothing. */
  dryRun?: boolean;
  /**
   * Called at the end of the transaction of the rows, inside it, with the report as far as it is known, and all rejects in
   * their file. Not in a dry run, nor with `commitEvery`.
   */
  beforeCommit?: BeforeCommit<LoadFileReport>;
}

export interface LoadFileReport extends BulkReport {
  kind: MemoryKind;
  status: "completed" | "completed_with_rejects";
  elapsedMs: number;
  rowsPerSecond: number;
  /** Null when nothing was rejected. */
  rejectsFile: string | null;
}

/**
 * Pours a file of records into a memory store, which is made when there is none. Records that cannot go in become
 * rejects; all others are in when this resolves, and nothing is when it rejects.
 *
 * JSONL (one record a line, also a rejects file of ours), a JSON list, `{entries: [...]}`, `{results: [...]}`,
 * `{namespace: [...]}`, `{key: value}`; plain or packed with gzip or zstd. Without a database, only for `dryRun`.
 *
 * @throws CopycatError UNREADABLE_SOURCE, INVALID_INPUT (a document that is no JSON), TOO_MANY_REJECTS, and those of
 * `ensureMemory` and `loadMemory`
 *
 * @example
 * const report = await loadMemoryFile(database, { input: "entries.jsonl", kind: "entries", onConflict: "update" });
 */
export async function loadMemoryFile(
  database: Database | null,
  options: LoadFileOptions,
): Promise<LoadFileReport> {
  const start = performance.now();
  await checkMemoryInput(options);
  const rejects = new RejectsFile(
    resolve(options.rejectsFile ?? `${embeddedFolderName}/rejects/${randomUUID()}.ndjson`),
    options.maxRejects ?? Number.POSITIVE_INFINITY,
    { keep: options.dryRun !== true || options.rejectsFile !== undefined },
  );
  const { kind, namespace = "default", linesOnly = false } = options;
  const input = openMemoryInput(sourceOf(options), { kind, namespace }, { linesOnly });
  const reportOn = (counts: BulkReport, rejectsFile: string | null): LoadFileReport => {
    const elapsedMs = Math.round(performance.now() - start);
    return {
      kind,
      status: counts.rejected === 0 ? "completed" : "completed_with_rejects",
      ...counts,
      elapsedMs,
      rowsPerSecond: Math.round((counts.read * 1000) / Math.max(1, elapsedMs)),
      rejectsFile,
    };
  };
  try {
    const counts = await load(database, { input, rejects, options, reportOn });
    return reportOn(counts, await rejects.close());
  } finally {
    // A run that ends early may leave a read waiting, which would keep the process.
    if (options.input === "-") options.stdin?.destroy();
    await rejects.close().catch(() => undefined);
  }
}

/**
 * Opens nothing but looks: what is not there is said before a server is started or a schema made. `loadMemoryFile` does
 * the same first.
 *
 * @throws CopycatError UNREADABLE_SOURCE, USAGE
 */
export async function checkMemoryInput(options: LoadFileOptions): Promise<void> {
  checkPolicy(options.onConflict);
  const { input, rejectsFile } = options;
  if (input !== "-") {
    const found = await stat(input).catch((error: unknown) => {
      const because = errorCode(error) === "ENOENT" ? "it does not exist" : errorMessage(error);
      throw new CopycatError("UNREADABLE_SOURCE", `Cannot read ${input}: ${because}.`, { cause: error });
    });
    if (found.isDirectory()) {
      throw new CopycatError("UNREADABLE_SOURCE", `Cannot read ${input}: it is a folder; name a file.`);
    }
  }
  if (rejectsFile !== undefined) await checkRejectsFile(rejectsFile, [input]);
}

function sourceOf({ input, stdin }: LoadFileOptions): string | Readable {
  if (input !== "-") return input;
  if (stdin === undefined) throw new CopycatError("USAGE", "There is no standard input to read.");
  return stdin;
}

interface FileJob {
  input: MemoryInput;
  rejects: RejectsFile;
  options: LoadFileOptions;
  reportOn: (counts: BulkReport, rejectsFile: string | null) => LoadFileReport;
}

async function load(
  database: Database | null,
  { input, rejects, options, reportOn }: FileJob,
): Promise<BulkReport> {
  const { kind, schema, dimensions, embedding, dryRun = false } = options;
  // A pipe can be read once only, be it standard input or one with a name.
  const isFile = options.input !== "-" && (await stat(options.input)).isFile();
  const {
    maxRejects: _maxRejects,
    beforeCommit,
    totalRows = isFile ? await estimateRecords(options.input) : null,
    ...others
  } = options;
  const loadOptions: MemoryLoadOptions = {
    ...others,
    ...(totalRows === null ? {} : { totalRows }),
    onReject: ({ position, code, message, record }) =>
      rejects.add({
        source: options.input,
        position: input.place(position),
        code,
        message,
        record: asJsonText(record),
      }),
    onRestart: () => rejects.restart(),
  };
  const read = (): AsyncGenerator<unknown> => input.read(options.signal);
  const records = isFile ? read : read();
  const wished = {
    ...(schema === undefined ? {} : { schema }),
    ...(dimensions === undefined ? {} : { dimensions }),
    ...(embedding === undefined ? {} : { embedding }),
  };
  if (!dryRun) {
    if (database === null) throw new CopycatError("USAGE", "Only a dry run goes without a database.");
    const { created, reason, ...store } = await ensureMemory(database, wished);
    if (created) options.log?.notice(describeMade(store.embedding.type, reason));
    if (beforeCommit !== undefined) {
      loadOptions.beforeCommit = async (client, counts) =>
        beforeCommit(client, reportOn(counts, await rejects.flush()));
    }
    return loadMemory(database, kind, records, { ...loadOptions, store });
  }
  const store = database === null ? null : await readMemoryStore(database, schema);
  if (database === null || store === null) return countRecords(kind, records, { ...loadOptions, ...wished });
  checkAgrees(store, wished);
  return withRollback(database, (client) => loadMemory(client, kind, records, { ...loadOptions, store }));
}

function describeMade(type: string, reason: string): string {
  return type === "real[]"
    ? `Made a memory store with embeddings as real[]: ${reason}. Searches are exact, and take about 3 s for 100,000 entries.`
    : `Made a memory store with embeddings as ${type}: ${reason}.`;
}

const sampledBytes = 256 * 1024;

/** How many lines a plain file has, from its first ones: for the progress. Null when it cannot be said. */
async function estimateRecords(input: string): Promise<number | null> {
  const file = await open(input);
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sampledBytes), 0, sampledBytes, 0);
    const sample = buffer.subarray(0, bytesRead);
    // Packed files begin with bytes that no text has.
    if (sample.length < 2 || (sample[0] ?? 0) > 0x7f || (sample[1] ?? 0) > 0x7f) return null;
    const lines = sample.reduce((count, byte) => count + (byte === 0x0a ? 1 : 0), 0);
    return lines < 2 ? null : Math.round((size * lines) / sample.length);
  } finally {
    await file.close();
  }
}
