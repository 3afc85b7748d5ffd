// The load of files that another program describes: lines, library, rejects file, report.

import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import type { Readable } from "node:stream";
import type { BeforeCommit, BulkReport, MergePolicy } from "../../bulk/index.ts";
import { type Database, embeddedFolderName } from "../../database/index.ts";
import { LinePlaces, RejectsFile } from "../../files/index.ts";
import { asJsonText } from "../../json.ts";
import { defaultLibrary, openLibrary } from "../store/index.ts";
import { loadRows } from "../store/loadRows.ts";
import { readFileLines } from "./readFileLines.ts";
import type { ScanFolderProgress } from "./scanFolder.ts";

export interface LoadFilesOptions {
  /** A path of NDJSON, or "-" for `stdin`. */
  input: string;
  stdin?: Readable;
  /** Default `default`; it is made when there is none. */
  library?: string;
  /** Where the store's tables live; default `library`. */
  schema?: string;
  /** What to do with files whose paths are there already; default `skip`. */
  policy?: MergePolicy;
  /** Where rejects go; default `.copycat/rejects/RUN.ndjson`, made when the first one comes. */
  rejectsFile?: string;
  /** More rejects than this are an error with nothing changed. Default: no limit. */
  maxRejects?: number;
  /** Read, check, count; change nothing. */
  dryRun?: boolean;
  /**
   * Called at the end of the transaction of the rows, inside it, with the report as far as it is known, and all rejects in
   * their file. Not in a dry run.
   */
  beforeCommit?: BeforeCommit<LoadFilesReport>;
  signal?: AbortSignal;
  onProgress?: (progress: ScanFolderProgress) => void;
}

export interface LoadFilesReport extends BulkReport {
  library: string;
  status: "completed" | "completed_with_rejects";
  elapsedMs: number;
  rowsPerSecond: number;
  /** Null when nothing was rejected. */
  rejectsFile: string | null;
}

/**
 * Pours records of files (`fileJson`, one a line; `path` and `size` are needed) into a library, in one transaction. Records
 * that cannot go in become rejects; all others are in when this resolves, and nothing is when it rejects.
 *
 * @throws CopycatError UNREADABLE_SOURCE, CONFLICT, TOO_MANY_REJECTS, CANCELLED, CONNECTION, DATABASE; NOT_FOUND in a dry run
 * without a library
 *
 * @example
 * await loadLibraryFiles(database, { input: "files.ndjson", library: "vinyl", policy: "update" });
 */
export async function loadLibraryFiles(
  database: Database,
  options: LoadFilesOptions,
): Promise<LoadFilesReport> {
  const start = performance.now();
  const { input, stdin, library: name = defaultLibrary, schema, dryRun = false } = options;
  const { rejectsFile, policy = "skip", signal, onProgress, maxRejects, beforeCommit } = options;
  const path = resolve(rejectsFile ?? `${embeddedFolderName}/rejects/${randomUUID()}.ndjson`);
  const keep = !dryRun || rejectsFile !== undefined;
  const rejects = new RejectsFile(path, maxRejects ?? Number.POSITIVE_INFINITY, { keep });
  const place = { library: name, ...(schema === undefined ? {} : { schema }), create: !dryRun };
  const places = new LinePlaces();
  const reportOn = (counts: BulkReport, writtenTo: string | null): LoadFilesReport => {
    const elapsedMs = Math.round(performance.now() - start);
    return {
      library: name,
      status: counts.rejected === 0 ? "completed" : "completed_with_rejects",
      ...counts,
      elapsedMs,
      rowsPerSecond: Math.round((counts.read * 1000) / Math.max(1, elapsedMs)),
      rejectsFile: writtenTo,
    };
  };
  try {
    const library = await openLibrary(database, place);
    const files = readFileLines(input === "-" && stdin !== undefined ? stdin : input, { places, signal });
    const counts = await loadRows(library, files, {
      policy,
      dryRun,
      signal,
      ...(beforeCommit === undefined
        ? {}
        : {
            beforeCommit: async (client, counts) =>
              beforeCommit(client, reportOn(counts, await rejects.flush())),
          }),
      onReject: ({ position, code, message, record }) =>
        rejects.add({
          source: input,
          position: places.at(position),
          code,
          message,
          record: asJsonText(record),
        }),
      onProgress: ({ phase, rows, rejected, elapsedMs }) =>
        onProgress?.({ phase, done: rows, total: null, rejected, elapsedMs }),
    });
    return reportOn(counts, await rejects.close());
  } finally {
    stdin?.destroy();
    await rejects.close().catch(() => undefined);
  }
}
