// The files of a simulation: names only, nothing is opened.

import type { Dirent } from "node:fs";
import { join } from "node:path";
import { compareEntries, compareTexts } from "../query.ts";
import type { DocumentKind } from "../readDocument.ts";
import type { UpdateEntry } from "../types.ts";
import { listFolder } from "./findFolders.ts";
import { isHidden, parseDocumentName, parseUpdateName } from "./names.ts";

export interface FileEntry extends UpdateEntry {
  place: string;
}

export interface InitialFile {
  name: string;
  path: string;
  kind: DocumentKind | "binary";
}

/** In the order of their keys, as numbers. */
export async function listUpdateFiles(
  folder: string,
  pattern?: RegExp,
): Promise<{ entries: FileEntry[]; others: string[] }> {
  const entries: FileEntry[] = [];
  const others: string[] = [];
  for (const entry of await listFolder(folder)) {
    const { name: file } = entry;
    const name = isHidden(file) || isPipe(entry) ? null : parseUpdateName(file, pattern);
    if (name === null) others.push(file);
    else entries.push({ ...name, place: join(folder, file) });
  }
  // `t1_0_a.json` and `t01_0_a.json` are one update: the order of the files must be the same everywhere.
  entries.sort((a, b) => compareEntries(a, b) || compareTexts(a.place, b.place));
  return { entries, others };
}

/**
 * A dataset is called as its file without the extension. Where two files of one folder would be called alike, those that
 * are no documents keep their whole name.
 */
export async function listInitialFiles(folder: string): Promise<{ files: InitialFile[]; others: string[] }> {
  const files: InitialFile[] = [];
  const others: string[] = [];
  const binaries: string[] = [];
  for (const entry of await listFolder(folder)) {
    const document = parseDocumentName(entry.name);
    if (isHidden(entry.name) || entry.isDirectory() || isPipe(entry)) others.push(entry.name);
    else if (document === null) binaries.push(entry.name);
    else files.push({ name: document.stem, path: join(folder, entry.name), kind: document.kind });
  }
  const names = new Set(files.map(({ name }) => name));
  const stems = binaries.map(stemOf);
  for (const [index, file] of binaries.entries()) {
    const stem = stems[index] as string;
    const isAlone = !names.has(stem) && stems.indexOf(stem) === stems.lastIndexOf(stem);
    files.push({ name: isAlone ? stem : file, path: join(folder, file), kind: "binary" });
  }
  files.sort((a, b) => compareTexts(a.name, b.name) || compareTexts(a.path, b.path));
  return { files, others };
}

/** Pipes, sockets and devices: to read one may never end. */
const isPipe = (entry: Dirent): boolean => !entry.isFile() && !entry.isSymbolicLink() && !entry.isDirectory();

const stemOf = (file: string): string => file.replace(/(?<=.)\.[^.]+$/s, "");
