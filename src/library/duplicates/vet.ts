// A folder that is to be imported: which of its files are new, which are there already, which somebody has to look at.

import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { CopycatError, errorMessage } from "../../errors.ts";
import { encodePath, suffixOf } from "../paths.ts";
import { isAudioSuffix } from "../scan/audioFormats.ts";
import { listFolder } from "../scan/index.ts";
import type { Library } from "../store/index.ts";
import type { DuplicateResult, LibraryFile } from "../types.ts";
import { type CheckOptions, filesAtOnce } from "./checker.ts";
import { FolderIndex, type FolderMatch } from "./folderIndex.ts";
import { matchSubjects } from "./match.ts";
import { byRank, checkThreshold, verdictOf } from "./result.ts";
import { checkSignal, readSubjects, type Subject } from "./subjects.ts";
import { type VetReport, VetTally } from "./vetReport.ts";

export interface VetOptions extends CheckOptions {
  /** Files that the folder has twice: the first one counts, the others are its duplicates. Default: true. */
  withinFolder?: boolean;
  /** Stores the numbers in the history. Default: true. */
  saveHistory?: boolean;
}

/**
 * Sorts the files of a folder and below into new ones, duplicates and uncertain ones, by what the library has and by what the
 * folder itself has; and stores the numbers in the library's history (`listVettings`). No file is changed.
 *
 * What is alike but not certain is uncertain, never a duplicate. Files that cannot be read are rejects: nobody knows
 * what they are. Artists that are nearly the same (`fuzzyArtists`) are looked for in the library, not in the folder.
 *
 * @throws CopycatError USAGE (threshold, an empty folder), UNREADABLE_SOURCE (no such folder), PERMISSION (no right to write the history, told
 * before anything is read), DATABASE, CONNECTION, CANCELLED
 *
 * @example
 * const { newFiles, duplicates, uncertain } = await vetFolder(library, "/downloads", { fuzzyThreshold: 0.85 });
 */
export async function vetFolder(
  library: Library,
  folder: string | Buffer,
  options: VetOptions = {},
): Promise<VetReport> {
  const start = performance.now();
  const { fuzzyThreshold = 0.8, useFuzzy = true, useContentHash = true, saveHistory = true } = options;
  checkThreshold(fuzzyThreshold);
  const place = await openFolder(folder);
  if (saveHistory) await library.requireHistory();
  const tally = new VetTally(encodePath(place), fuzzyThreshold);
  const found = await listFiles(place, options, tally);
  const index = new FolderIndex({ threshold: fuzzyThreshold, useFuzzy, useContentHash });
  for (let from = 0; from < found.length; from += filesAtOnce) {
    checkSignal(options.signal);
    const some = found.slice(from, from + filesAtOnce);
    const subjects = await readSubjects(
      library,
      some.map(({ bytes }) => bytes),
      options,
    );
    const results = await matchSubjects(library, subjects, options);
    for (const [place, { file, problem }] of subjects.entries()) {
      const path = some[place]?.path as string;
      if (file === null) tally.reject({ path, ...(problem as NonNullable<Subject["problem"]>) });
      else sortFile({ file, path, result: results[place] as DuplicateResult }, { tally, index, options });
    }
    options.onProgress?.({ checked: Math.min(from + filesAtOnce, found.length), total: found.length });
  }
  const report = tally.report(Math.round(performance.now() - start));
  if (saveHistory) {
    await library.saveVetting({
      importFolder: report.folder,
      totalFiles: report.total,
      duplicates: report.duplicates.length,
      newFiles: report.newFiles.length,
      uncertain: report.uncertain.length,
      threshold: fuzzyThreshold,
    });
  }
  return report;
}

async function openFolder(folder: string | Buffer): Promise<Buffer> {
  // Else it would be the current one, as where a variable of a script is not set.
  if (folder === null || folder === undefined || folder.length === 0) {
    throw new CopycatError("USAGE", "folder cannot be null or empty");
  }
  const bytes = typeof folder === "string" ? Buffer.from(folder) : folder;
  const absolute = bytes[0] === 0x2f ? bytes : Buffer.concat([Buffer.from(`${resolve(".")}/`), bytes]);
  let end = absolute.length;
  while (end > 1 && absolute[end - 1] === 0x2f) end -= 1;
  const name = encodePath(absolute);
  try {
    if ((await stat(absolute)).isDirectory()) return absolute.subarray(0, end);
  } catch (error) {
    throw new CopycatError("UNREADABLE_SOURCE", `Cannot look into ${name}: ${errorMessage(error)}.`, {
      cause: error,
    });
  }
  throw new CopycatError(
    "UNREADABLE_SOURCE",
    `${name} is a file; a folder is vetted. Check one file instead.`,
  );
}

interface FoundFile {
  path: string;
  bytes: Buffer;
}

/** In the order of their paths' bytes, so that of two equal files it is always the same one that counts as new. */
async function listFiles(folder: Buffer, { kind = "audio", signal }: VetOptions, tally: VetTally) {
  const found: FoundFile[] = [];
  for await (const item of listFolder(folder, { signal })) {
    if (item.type === "unreadable") {
      const path = item.path === "" ? "." : item.path;
      tally.reject({ path, code: "unreadable_folder", message: item.message });
    } else if (item.type === "passedOver") {
      const path = item.path === "" ? "." : item.path;
      tally.reject({
        path,
        code: "passed_over",
        message: `the folder is passed over: it has a ${item.mark}`,
      });
    } else if (item.type === "file" && (kind === "any" || isAudioSuffix(suffixOf(item.path)))) {
      found.push({ path: item.path, bytes: item.bytes });
    }
  }
  return found.sort((a, b) => Buffer.compare(a.bytes, b.bytes));
}

interface Sorting {
  tally: VetTally;
  index: FolderIndex;
  options: VetOptions;
}

/** The better one of both matches counts; the library's if they are equal. */
function sortFile(
  { file, path, result }: { file: LibraryFile; path: string; result: DuplicateResult },
  { tally, index, options: { withinFolder = true } }: Sorting,
): void {
  const inFolder = withinFolder ? index.find(file) : null;
  if (withinFolder) index.add(file, path);
  if (inFolder !== null && isBetter(inFolder, result)) {
    const { matchType, confidence } = inFolder;
    const isDuplicate = matchType !== "weak_name";
    const match = { inFolder: true, path: inFolder.path };
    tally.add(verdictOf({ ...result, isDuplicate, matchType, confidence }), {
      path,
      matchType,
      confidence,
      match,
    });
    return;
  }
  const { matchType, confidence, matchedFile } = result;
  const match = matchedFile === null ? null : { inFolder: false, path: matchedFile.path };
  tally.add(verdictOf(result), { path, matchType, confidence, match });
}

function isBetter(inFolder: FolderMatch, { matchType, confidence, matchedFile }: DuplicateResult): boolean {
  if (matchedFile === null) return true;
  const file = { ...matchedFile, id: null };
  return byRank({ ...inFolder, file }, { matchType, confidence, file }) < 0;
}
