// Looking at files that nobody has described yet.

import { stat } from "node:fs/promises";
import { basename, dirname, extname, resolve } from "node:path";
import { CopycatError, errorCode, errorMessage } from "../../errors.ts";
import { openHdf5Reader } from "../../hdf5/index.ts";
import { checkKey, keyFromLabel } from "../../manifest/index.ts";
import { setting, words } from "../../wording.ts";
import type { ListedFile } from "../listFiles.ts";
import { concatReadAhead } from "../readAhead.ts";
import { byEnding, findPattern, literal } from "./filePattern.ts";
import { guessLayout } from "./guessLayout.ts";
import { readFacts } from "./readFacts.ts";
import { type Sample, sampleFolder } from "./sampleFolder.ts";
import type { FileFacts, Findings, UnreadableFile } from "./types.ts";

export const defaultSample = 20;

export interface InspectOptions {
  /** So many files of a folder, evenly spread; default 20. */
  sample?: number;
  /** Default: the name of the folder or the file. */
  label?: string;
  /** Key of the dataset's container; default: the label in capitals. */
  key?: string;
  onProgress?: (progress: InspectProgress) => void;
}

export interface InspectProgress {
  phase: "inspect";
  done: number;
  total: number;
}

/**
 * Looks at a folder of HDF5 files, or one file, and guesses what a dataset description of them would say.
 *
 * @example
 * const findings = await inspectFiles("/data/scans", { sample: 50 });
 * print(formatDraft(findings));
 *
 * @throws CopycatError UNREADABLE_SOURCE when there is nothing to describe; USAGE for a key that cannot be one
 */
export async function inspectFiles(path: string, options: InspectOptions = {}): Promise<Findings> {
  const absolute = resolve(path);
  const isFolder = await isFolderAt(path);
  const label = options.label ?? labelOf(absolute, isFolder);
  if (label.trim() === "")
    throw new CopycatError("USAGE", words("A label is empty. Give another one with ", setting("label"), "."));
  const key = checkedKey(options.key ?? (keyFromLabel(label) || "DATA"));
  const sample = isFolder
    ? await sampleFolder(absolute, options.sample ?? defaultSample)
    : { files: [{ path: absolute, relativePath: basename(absolute) }], total: 1 };
  const looked = await lookAt(sample.files, options.onProgress);
  const readable = looked.filter((file) => "datasets" in file);
  const unreadable = looked.filter((file) => "reason" in file);
  const { sections, described, others } = guessLayout(readable);
  if (sections.artifacts.length === 0) throw nothingToDescribe(path, unreadable);
  const names = { inside: namesOf(described), others: namesOf(others), unreadable: namesOf(unreadable) };
  const pattern = isFolder
    ? findPattern({ ...names, isComplete: sample.files.length === sample.total })
    : literal(basename(absolute));
  return {
    ...sections,
    unsure: [...sections.unsure, ...(pattern === null ? ["no file_pattern is for these files alone"] : [])],
    directory: isFolder ? absolute : dirname(absolute),
    filePattern: pattern ?? byEnding(names.inside),
    label,
    key,
    files: {
      total: sample.total,
      sampled: sample.files.length,
      described: described.length,
      unreadable,
      others: names.others,
    },
  };
}

async function isFolderAt(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    const because = errorCode(error) === "ENOENT" ? "it does not exist" : errorMessage(error);
    throw new CopycatError("UNREADABLE_SOURCE", `Cannot read ${path}: ${because}.`, { cause: error });
  }
}

function labelOf(path: string, isFolder: boolean): string {
  const name = basename(path);
  return (isFolder ? name : name.slice(0, name.length - extname(name).length)) || "data";
}

function checkedKey(key: string): string {
  const problem = checkKey(key);
  if (problem === null) return key;
  throw new CopycatError("USAGE", words(`${problem.message} Give another one with `, setting("key"), "."));
}

/** Side by side, and yet in the order of the sample. */
async function lookAt(
  files: Sample["files"],
  onProgress: InspectOptions["onProgress"],
): Promise<(FileFacts | UnreadableFile)[]> {
  const reader = openHdf5Reader();
  const found: (FileFacts | UnreadableFile)[] = [];
  const open = async function* (file: ListedFile): AsyncGenerator<FileFacts | UnreadableFile> {
    yield await readFacts(reader, file);
  };
  try {
    for await (const facts of concatReadAhead(files, reader.workers, open)) {
      found.push(facts);
      onProgress?.({ phase: "inspect", done: found.length, total: files.length });
    }
    return found;
  } finally {
    await reader.close();
  }
}

function nothingToDescribe(path: string, unreadable: readonly UnreadableFile[]): CopycatError {
  const message =
    unreadable.length > 0
      ? `${path} holds no HDF5 file that can be described.`
      : `${path} holds no HDF5 file with data sets in it (names ending in .h5, .hdf5, .nxs, .hdf, ...).`;
  return new CopycatError("UNREADABLE_SOURCE", message, {
    details: unreadable.map(({ name, reason }) => `${name} ${reason}`),
  });
}

function namesOf(files: readonly { name: string }[]): string[] {
  return files.map(({ name }) => name);
}
