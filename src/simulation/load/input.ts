// What is loaded: files of a simulation, or records, in one form.

import { stat } from "node:fs/promises";
import { basename, dirname, extname, resolve } from "node:path";
import type { Readable } from "node:stream";
import { CopycatError } from "../../errors.ts";
import { aside, words } from "../../wording.ts";
import {
  detectSimulationFormat,
  type FileSource,
  findFolders,
  RefusedPart,
  type UpdateEntry,
} from "../formats/index.ts";
import { openFiles } from "../openFiles.ts";
import type { InitialDataset, SimulationUpdate, UpdateKey } from "../types.ts";
import { readRecordLines, recordsName } from "./recordLines.ts";

/** Where an update was, for rejects. */
export interface PartPlace {
  source: string;
  position: string;
}

/** An update that was read, one that cannot be, or so many that were not opened. */
export type LoadPart = (PartPlace & { update: SimulationUpdate }) | RefusedPart | { passedOver: number };

/** Whether the store has an update already, so that it need not be opened. Asked in the order of the keys. */
export type IsKnown = (dataset: string, key: UpdateKey) => Promise<boolean>;

export interface LoadInput {
  /** The path, for messages. */
  name: string;
  notices: readonly string[];
  /** Initial datasets and updates; null when nobody knows. */
  countParts(): Promise<number | null>;
  listInitials(): Promise<string[]>;
  tryInitial(name: string): Promise<InitialDataset | RefusedPart | null>;
  readUpdates(isKnown: IsKnown | null): AsyncIterable<LoadPart>;
  close(): Promise<void>;
}

export interface InputOptions {
  /** A folder of JSON or MessagePack files, an SQLite file, an exported HDF5 file, or a file of records; "-" for `stdin`. */
  input: string;
  /** Records, one update a line. */
  stdin?: Readable;
  /** Where the files of initial datasets are; default: `init_data` in the folder. */
  initialData?: string;
  signal?: AbortSignal;
}

/** @throws CopycatError UNREADABLE_SOURCE, USAGE */
export async function checkInput({ input, initialData, stdin }: InputOptions): Promise<void> {
  if (input === "-") {
    if (stdin === undefined) throw new CopycatError("USAGE", "There is no standard input to read.");
    if (initialData === undefined) return;
    throw new CopycatError("USAGE", "Records of standard input have no other initial data.");
  }
  const { format, path } = await detectSimulationFormat(input);
  if (format === "json") await findFolders(path, initialData === undefined ? {} : { initialData });
  if (initialData === undefined) return;
  if (format !== "json")
    throw new CopycatError("USAGE", `${input} is no folder of files, so that it has no other initial data.`);
  if (!(await stat(initialData).catch(() => null))?.isDirectory()) {
    throw new CopycatError("UNREADABLE_SOURCE", `Cannot read ${initialData}: there is no such folder.`);
  }
}

/**
 * What a run is called when nobody says it: as its folder or its file.
 *
 * @throws CopycatError USAGE of a file of records, whose name says nothing of a run
 */
export async function scenarioOf(input: string): Promise<string> {
  const { format } = input === "-" ? { format: "ndjson" } : await detectSimulationFormat(input);
  if (format === "ndjson") {
    throw new CopycatError(
      "USAGE",
      words(`${input} holds records; say of which scenario they are`, aside("scenario"), "."),
    );
  }
  const path = resolve(input);
  const isFile = (await stat(path)).isFile();
  const name = isFile
    ? basename(path, extname(path))
    : basename(path) === "updates"
      ? basename(dirname(path))
      : basename(path);
  return name === "" ? "default" : name;
}

/** @throws CopycatError UNREADABLE_SOURCE */
export async function openInput({ input, initialData, stdin, signal }: InputOptions): Promise<LoadInput> {
  if (input === "-" && stdin !== undefined) return openRecords(stdin, signal);
  const { format } = await detectSimulationFormat(input);
  if (format === "ndjson") return openRecords(input, signal);
  const source = await openFiles(input, initialData === undefined ? {} : { initialData });
  return {
    name: source.name,
    notices: source.notices,
    countParts: async () => (await source.countUpdates()) + (await source.listInitials()).length,
    listInitials: () => source.listInitials(),
    tryInitial: (name) => source.tryInitial(name),
    readUpdates: (isKnown) => readFiles(source, isKnown),
    close: () => source.close(),
  };
}

function openRecords(source: string | Readable, signal: AbortSignal | undefined): LoadInput {
  return {
    name: recordsName(source),
    notices: [],
    countParts: async () => null,
    listInitials: async () => [],
    tryInitial: async () => null,
    readUpdates: () => readRecordLines(source, signal),
    close: async () => {
      // A load that ends early may leave a read waiting, which would keep the process.
      if (typeof source !== "string") source.destroy();
    },
  };
}

async function* readFiles(source: FileSource, isKnown: IsKnown | null): AsyncGenerator<LoadPart> {
  for await (const entries of source.listUpdates()) {
    const wanted: UpdateEntry[] = [];
    for (const entry of entries) {
      if (isKnown === null || !(await isKnown(entry.dataset, entry))) wanted.push(entry);
    }
    if (wanted.length < entries.length) yield { passedOver: entries.length - wanted.length };
    let next = 0;
    for await (const update of source.readEntries(wanted)) {
      const entry = wanted[next++] as UpdateEntry;
      yield update instanceof RefusedPart ? update : { ...placeOf(source, entry), update };
    }
  }
}

function placeOf(source: FileSource, { place, timestamp, iteration, dataset }: UpdateEntry): PartPlace {
  if (typeof place === "string") return { source: place, position: "" };
  const name = `update ${place} (timestamp ${timestamp}, iteration ${iteration}, dataset ${JSON.stringify(dataset)})`;
  return { source: source.name, position: name };
}
