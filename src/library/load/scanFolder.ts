// The scan of a folder as a job: library, rejects file, report. What `copycat library scan` does.

import { randomUUID } from "node:crypto";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { mergePolicies } from "../../bulk/index.ts";
import { type Database, embeddedFolderName } from "../../database/index.ts";
import { CopycatError, errorCode, errorMessage } from "../../errors.ts";
import { checkRejectsFile, RejectsFile } from "../../files/index.ts";
import { aside, words } from "../../wording.ts";
import { type ScanOptions, type ScanReport, scanLibrary } from "../scan/index.ts";
import { defaultLibrary, setLibraryRoot } from "../store/index.ts";
import { absoluteFolder } from "./absoluteFolder.ts";
import { openForScan } from "./openForScan.ts";

export interface ScanFolderOptions
  extends Omit<ScanOptions, "folder" | "root" | "onReject" | "onProgress" | "deactivateMissing"> {
  /** The library's root, or a folder below it. */
  folder: string;
  /** Default `default`. */
  library?: string;
  /** Where the store's tables live; default `library`. */
  schema?: string;
  /** Says that the library's folder is this one now, as of a drive that is mounted elsewhere; default false. */
  setRoot?: boolean;
  /** Where rejects go; default `.copycat/rejects/RUN.ndjson`, made when the first one comes. */
  rejectsFile?: string;
  /** More rejects than this are an error; what was committed before stays. Default: no limit. */
  maxRejects?: number;
  onProgress?: (progress: ScanFolderProgress) => void;
}

/** As every load tells it. */
export interface ScanFolderProgress {
  phase: string;
  /** Files that were found, or read. */
  done: number;
  total: number | null;
  rejected: number;
  elapsedMs: number;
}

export interface ScanFolderReport extends ScanReport {
  library: string;
  /** The library's root, see `encodePath`. */
  root: string;
  status: "completed" | "completed_with_rejects";
  rowsPerSecond: number;
  /** Null when nothing was rejected. */
  rejectsFile: string | null;
}

/**
 * Makes a library equal to its folder, or to a folder below: new and changed files are read, moved ones keep their rows,
 * missing ones are marked. Files that cannot be read become rejects; all others are in when this resolves.
 *
 * @param database null only for a dry run
 * @throws CopycatError UNREADABLE_SOURCE, USAGE, TOO_MANY_REJECTS, CONFLICT, CANCELLED, CONNECTION, DATABASE
 *
 * @example
 * const { inserted, moved, rejectsFile } = await scanFolder(database, { folder: "/srv/music" });
 */
export async function scanFolder(
  database: Database | null,
  options: ScanFolderOptions,
): Promise<ScanFolderReport> {
  const start = performance.now();
  await checkScan(options);
  const rejects = new RejectsFile(
    resolve(options.rejectsFile ?? `${embeddedFolderName}/rejects/${randomUUID()}.ndjson`),
    Number.POSITIVE_INFINITY,
    { keep: options.dryRun !== true || options.rejectsFile !== undefined },
  );
  try {
    const { report, root } = await run(database, options, { rejects, start });
    const elapsedMs = Math.round(performance.now() - start);
    return {
      library: options.library ?? defaultLibrary,
      root,
      status: report.rejected === 0 ? "completed" : "completed_with_rejects",
      ...report,
      elapsedMs,
      rowsPerSecond: Math.round((report.read * 1000) / Math.max(1, elapsedMs)),
      rejectsFile: await rejects.close(),
    };
  } finally {
    await rejects.close().catch(() => undefined);
  }
}

/**
 * Looks whether there is a folder: what is not there is said before a server is started or a schema made.
 * `scanFolder` does the same first.
 *
 * @throws CopycatError UNREADABLE_SOURCE, USAGE
 */
export async function checkScan(options: ScanFolderOptions): Promise<void> {
  const { policy, rejectsFile, setRoot, dryRun } = options;
  if (setRoot === true && dryRun === true) {
    throw new CopycatError(
      "USAGE",
      words("A dry run changes nothing, so it cannot set the root", aside("setRoot"), "."),
    );
  }
  if (policy !== undefined && !mergePolicies.includes(policy)) {
    throw new CopycatError("USAGE", `Unknown on_conflict "${policy}"; use ${mergePolicies.join(", ")}.`);
  }
  await requireFolder(options);
  if (rejectsFile !== undefined) await checkRejectsFile(rejectsFile, []);
}

async function requireFolder({ folder, allowEmpty = false }: ScanFolderOptions): Promise<void> {
  const found = await stat(folder).catch((error: unknown) => {
    // A folder below the root that was deleted: what is known below it is missing.
    if (allowEmpty && errorCode(error) === "ENOENT") return null;
    throw new CopycatError(
      "UNREADABLE_SOURCE",
      `Cannot open ${folder}: ${errorMessage(error)}. No file was marked as missing; is the drive mounted?`,
      { cause: error },
    );
  });
  if (found?.isDirectory() === false) {
    throw new CopycatError("USAGE", `${folder} is no folder. A scan takes the folder that holds the files.`);
  }
}

async function run(
  database: Database | null,
  options: ScanFolderOptions,
  { rejects, start }: { rejects: RejectsFile; start: number },
): Promise<{ report: ScanReport; root: string }> {
  const { folder, library: _name, schema: _schema, rejectsFile: _file, ...rest } = options;
  const { maxRejects, onProgress, setRoot: _setRoot, ...scan } = rest;
  const opened = await openForScan(database, await absoluteFolder(folder), options);
  const { library, root, below, oldRoot } = opened;
  const report = await scanLibrary(library, {
    ...scan,
    root,
    ...(below === null ? {} : { folder: below }),
    onProgress: ({ phase, seen, read, total, rejected }) => {
      const elapsedMs = performance.now() - start;
      onProgress?.({ phase, done: phase === "walk" ? seen : read, total, rejected, elapsedMs });
    },
    onReject: async ({ path: file, code, message }) => {
      await rejects.add({ source: `${root}/${file}`, position: "file", code, message, record: null });
      if (maxRejects === undefined || rejects.count <= maxRejects) return;
      await rejects.flush();
      throw new CopycatError(
        "TOO_MANY_REJECTS",
        words(
          `More than ${maxRejects} files were rejected`,
          aside("maxRejects"),
          `, the last one for: ${message.replace(/\.$/, "")}. ` +
            `${options.commitEvery ? "What was committed before stays" : "Nothing was changed"}. They are listed in ${rejects.path}.`,
        ),
      );
    },
  }).catch(async (error: unknown) => {
    // Nothing was changed, and so the root neither.
    const isUndone = oldRoot !== null && database !== null && !options.commitEvery;
    if (isUndone) await setLibraryRoot(database, { ...placeOf(options), root: oldRoot });
    throw error;
  });
  return { report, root };
}

function placeOf({ library, schema }: ScanFolderOptions): { library?: string; schema?: string } {
  return { ...(library === undefined ? {} : { library }), ...(schema === undefined ? {} : { schema }) };
}
