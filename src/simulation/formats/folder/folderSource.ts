// A folder of JSON or MessagePack files, read as a simulation.

import { join } from "node:path";
import type { DatasetFacts, InitialDataset, SimulationUpdate, UpdateQuery } from "../../types.ts";
import { compareTexts, readQuery } from "../query.ts";
import { type FileSource, RefusedPart, type SourceOptions, type UpdateEntry } from "../types.ts";
import { type FolderOptions, findFolders } from "./findFolders.ts";
import { type FileEntry, type InitialFile, listInitialFiles, listUpdateFiles } from "./listFiles.ts";
import { readInitialFile, readUpdateFile } from "./readFiles.ts";

/** So many files are read side by side where each is waited for. */
const filesAtOnce = 8;

/** Entries are told in lists of so many. */
const listLength = 1000;

export interface FolderSourceOptions extends FolderOptions, SourceOptions {}

/**
 * Opens a folder of files: names are listed, contents are read when they are asked for.
 *
 * @throws CopycatError UNREADABLE_SOURCE when there is no simulation in it
 *
 * @example
 * const source = await openFolder("water_net1"); // water_net1/init_data/*.json, water_net1/updates/t0_0_water_net1.json
 */
export async function openFolder(path: string, options: FolderSourceOptions = {}): Promise<FileSource> {
  const places = await findFolders(path, options);
  const updates =
    places.updates === null
      ? { entries: [], others: [] }
      : await listUpdateFiles(places.updates, options.updatePattern);
  const initials =
    places.initialData === null ? { files: [], others: [] } : await listInitialFiles(places.initialData);
  // Where one folder is both, or holds the other, that is no news.
  const expected = new Set(["init_data", "updates"]);
  const notices = [
    ...describeOthers(
      places.updates,
      updates.others.filter((name) => !expected.has(name)),
    ),
    ...describeOthers(places.initialData, initials.others),
  ];
  return new FolderSource(path, { ...options, entries: updates.entries, initials: initials.files, notices });
}

function describeOthers(folder: string | null, others: readonly string[]): string[] {
  const [first] = [...others].sort(compareTexts);
  if (folder === null || first === undefined) return [];
  const path = join(folder, first);
  if (others.length === 1) return [`${path} is left alone: its name is none of an update or a dataset.`];
  return [
    `${path} and ${others.length - 1} more are left alone: their names are none of an update or a dataset.`,
  ];
}

interface FolderContents extends SourceOptions {
  entries: readonly FileEntry[];
  initials: readonly InitialFile[];
  notices: readonly string[];
}

class FolderSource implements FileSource {
  readonly kind = "json";
  readonly name: string;
  readonly notices: readonly string[];
  readonly #contents: FolderContents;

  constructor(name: string, contents: FolderContents) {
    this.name = name;
    this.notices = contents.notices;
    this.#contents = contents;
  }

  async listDatasets(): Promise<DatasetFacts[]> {
    const counts = new Map<string, number>();
    for (const { dataset } of this.#contents.entries) counts.set(dataset, (counts.get(dataset) ?? 0) + 1);
    const initials = new Set(await this.listInitials());
    return [...new Set([...counts.keys(), ...initials])]
      .sort(compareTexts)
      .map((name) => ({ name, updates: counts.get(name) ?? 0, hasInitial: initials.has(name) }));
  }

  async listInitials(): Promise<string[]> {
    return [...new Set(this.#contents.initials.map(({ name }) => name))];
  }

  async readInitial(dataset: string): Promise<InitialDataset | null> {
    const initial = await this.tryInitial(dataset);
    if (!(initial instanceof RefusedPart)) return initial;
    if (this.#contents.onRefused === undefined) throw initial.toError();
    this.#contents.onRefused(initial);
    return null;
  }

  async tryInitial(dataset: string): Promise<InitialDataset | RefusedPart | null> {
    const [file, second] = this.#contents.initials.filter(({ name }) => name === dataset);
    if (file === undefined) return null;
    return readInitialFile(file, second ?? null);
  }

  async countUpdates(): Promise<number> {
    return this.#contents.entries.length;
  }

  async *listUpdates(): AsyncGenerator<UpdateEntry[]> {
    const { entries } = this.#contents;
    for (let start = 0; start < entries.length; start += listLength) {
      yield entries.slice(start, start + listLength);
    }
  }

  async *readEntries(entries: readonly UpdateEntry[]): AsyncGenerator<SimulationUpdate | RefusedPart> {
    const running: Promise<SimulationUpdate | RefusedPart>[] = [];
    let next = 0;
    while (next < entries.length || running.length > 0) {
      while (running.length < filesAtOnce && next < entries.length) {
        const reading = readUpdateFile(entries[next++] as FileEntry);
        // Nobody may come to wait for it.
        reading.catch(() => undefined);
        running.push(reading);
      }
      yield (await running.shift()) as SimulationUpdate | RefusedPart;
    }
  }

  async *readUpdates(query: UpdateQuery): AsyncGenerator<SimulationUpdate> {
    const entries = this.#contents.entries.filter(({ dataset }) => dataset === query.dataset);
    const { onRefused } = this.#contents;
    yield* readQuery(this, entries, { query, ...(onRefused === undefined ? {} : { onRefused }) });
  }

  async listTimestamps(dataset: string, group?: string): Promise<number[]> {
    const timestamps = new Set<number>();
    if (group === undefined) {
      for (const entry of this.#contents.entries) {
        if (entry.dataset === dataset) timestamps.add(entry.timestamp);
      }
    } else {
      // Only the files themselves say what groups they have.
      for await (const { timestamp } of this.readUpdates({ dataset, groups: [group] })) {
        timestamps.add(timestamp);
      }
    }
    return [...timestamps];
  }

  async close(): Promise<void> {
    // Nothing is held open.
  }
}
