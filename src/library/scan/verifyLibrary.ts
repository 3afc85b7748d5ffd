// Whether the files of the library are where it says; nothing is read of them.

import { lstat } from "node:fs/promises";
import { CopycatError } from "../../errors.ts";
import { decodePath } from "../paths.ts";
import { refuseAbsent, refuseEmptied } from "./guard.ts";
import { Links } from "./links.ts";
import { Mounts } from "./mounts.ts";
import { findPlace, isGone, joinBytes, type ScanPlace } from "./place.ts";
import { type KnownFile, noChanges, type ScanStore } from "./store.ts";

export interface VerifyOptions {
  /** A folder below the root; the rest of the library is left alone. */
  folder?: string;
  /** Marks rows as missing or as active again. Default: false. */
  mark?: boolean;
  /** Says that a folder that is gone or empty is no mistake. Default: false. */
  allowEmpty?: boolean;
  signal?: AbortSignal;
  onProgress?: (progress: { checked: number }) => void;
}

/** Paths are relative to the root, as text. */
export interface VerifyReport {
  checked: number;
  present: number;
  /** Files that are not there, are no files, or are behind a symbolic link, which a scan does not follow either. */
  missing: string[];
  /** Of these, and of `back`: what was marked. */
  marked: number;
  /** Files that are there though their rows say missing or inactive. */
  back: string[];
  /** Files that could not be looked at; their rows stay as they are. */
  unknown: string[];
}

const looksAtOnce = 256;

/**
 * Looks for each file that the library knows below a folder.
 *
 * @throws CopycatError USAGE, UNREADABLE_SOURCE (a folder that is not there, or in which no known file is left), CANCELLED
 *
 * @example
 * const { missing } = await verifyLibrary(library, { folder: "albums" });
 */
export async function verifyLibrary(library: ScanStore, options: VerifyOptions = {}): Promise<VerifyReport> {
  const work = () => verify(library, options);
  return options.mark === true ? library.withScanLock(work, { signal: options.signal }) : work();
}

async function verify(
  library: ScanStore,
  { folder, mark = false, allowEmpty = false, signal, onProgress }: VerifyOptions,
): Promise<VerifyReport> {
  if (library.root === null)
    throw new CopycatError("USAGE", "The library has no root yet; scan a folder first.");
  const place = await findPlace(library.root, folder);
  const report: VerifyReport = { checked: 0, present: 0, missing: [], marked: 0, back: [], unknown: [] };
  const changes = noChanges();
  const gone: KnownFile[] = [];
  const mounts = new Mounts(place.root);
  const links = new Links(place.root);
  const look = async (row: KnownFile): Promise<void> => {
    const isThere = (await links.isBehind(row.path)) ? false : await isFileThere(place, row, mounts);
    report.checked += 1;
    if (isThere === null) report.unknown.push(row.path);
    else if (!isThere) gone.push(row);
    else {
      report.present += 1;
      if (row.isActive && row.state === "present") return;
      report.back.push(row.path);
      changes.reactivate.push(row.id);
    }
  };
  let looks: Promise<void>[] = [];
  for await (const row of library.listKnown(place.folder)) {
    looks.push(look(row));
    if (looks.length < looksAtOnce) continue;
    await Promise.all(looks);
    looks = [];
    onProgress?.({ checked: report.checked });
    if (signal?.aborted === true) {
      throw new CopycatError("CANCELLED", "The check was cancelled; nothing was changed.", {
        cause: signal.reason,
      });
    }
  }
  await Promise.all(looks);
  refuseAbsent(place, report.checked, allowEmpty);
  refuseEmptied(place, { files: report.present + report.unknown.length, gone, away: 0 }, allowEmpty);
  const away = allowEmpty ? null : await mounts.findAway(gone);
  for (const { path } of away?.rows ?? []) report.unknown.push(path);
  const missing = gone.filter((row) => away?.rows.has(row) !== true);
  report.missing = missing.map(({ path }) => path);
  changes.missing = missing
    .filter(({ isActive, state }) => isActive || state === "present")
    .map(({ id }) => id);
  if (!mark) return report;
  const marked = await library.applyScan(changes, { signal });
  return { ...report, marked: marked.missing + marked.reactivated };
}

/** Null when it cannot be told. */
async function isFileThere({ root }: ScanPlace, row: KnownFile, mounts: Mounts): Promise<boolean | null> {
  try {
    const stats = await lstat(joinBytes(root, decodePath(row.path)), { bigint: true });
    if (stats.isFile() && row.mtimeNs === stats.mtimeNs) mounts.addFile(row, stats.dev);
    return stats.isFile();
  } catch (error) {
    return isGone(error) ? false : null;
  }
}
