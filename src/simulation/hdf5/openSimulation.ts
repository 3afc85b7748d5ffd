// An exported HDF5 file, read as a simulation.

import { CopycatError } from "../../errors.ts";
import { sharedHdf5Reader } from "../../hdf5/index.ts";
import { compareEntries, compareTexts, isInTime } from "../formats/query.ts";
import { type FileSource, RefusedPart, type UpdateEntry } from "../formats/types.ts";
import type {
  DatasetFacts,
  EntityData,
  GroupData,
  InitialDataset,
  InitialFormat,
  JsonObject,
  SimulationArray,
  SimulationUpdate,
  UpdateQuery,
} from "../types.ts";
import { DatasetUpdates, readHeads } from "./datasetUpdates.ts";
import { type FileNode, namedChildren, readTree } from "./fileTree.ts";
import { formatName, formatVersion } from "./layout.ts";
import { damaged, type OpenFile, readArray, readNumbers, readValues } from "./readArrays.ts";

/** Entries are told in lists of so many. */
const listLength = 1000;

/**
 * Opens a file that `exportSimulation` has written: its initial datasets and its updates, value for value. The states in
 * it follow from these, and are not read.
 *
 * @throws CopycatError UNREADABLE_SOURCE when it is no HDF5 file; INVALID_INPUT when it is another one
 *
 * @example
 * const source = await openHdf5Simulation("run.h5");
 */
export async function openHdf5Simulation(path: string): Promise<FileSource & { scenario: string }> {
  const reader = sharedHdf5Reader();
  const { attributes } = await reader.pick(path, { datasets: [], attributesOf: "/" });
  const { format, format_version: version, scenario } = attributes;
  if (format === undefined || JSON.parse(format) !== formatName) {
    throw new CopycatError(
      "INVALID_INPUT",
      `${path} is no simulation: only HDF5 files that \`copycat simulation export\` has written can be read.`,
    );
  }
  if (Number(version) !== Number(formatVersion)) {
    throw new CopycatError(
      "INVALID_INPUT",
      `${path} has version ${version} of the layout, and this copycat reads version ${formatVersion}.`,
    );
  }
  const [initial, updates] = await Promise.all([
    readTree(reader, path, "/initial"),
    readTree(reader, path, "/updates"),
  ]);
  return new Hdf5Source(
    { reader, path },
    {
      scenario: String(JSON.parse(scenario ?? '""')),
      initial: new Map(initial === null ? [] : namedChildren(initial)),
      updates: new Map(updates === null ? [] : namedChildren(updates)),
    },
  );
}

interface Contents {
  scenario: string;
  initial: Map<string, FileNode>;
  updates: Map<string, FileNode>;
}

class Hdf5Source implements FileSource {
  readonly kind = "hdf5";
  readonly name: string;
  readonly scenario: string;
  readonly notices: readonly string[] = [];
  private readonly file: OpenFile;
  private readonly contents: Contents;
  private readonly opened = new Map<string, Promise<DatasetUpdates>>();

  constructor(file: OpenFile, contents: Contents) {
    this.file = file;
    this.name = file.path;
    this.scenario = contents.scenario;
    this.contents = contents;
  }

  async listDatasets(): Promise<DatasetFacts[]> {
    const { initial, updates } = this.contents;
    const names = [...new Set([...initial.keys(), ...updates.keys()])];
    return names
      .map((name) => ({
        name,
        updates: updates.get(name)?.children.get("timestamp")?.shape[0] ?? 0,
        hasInitial: initial.has(name),
      }))
      .filter(({ updates, hasInitial }) => updates > 0 || hasInitial)
      .sort((a, b) => compareTexts(a.name, b.name));
  }

  async readInitial(dataset: string): Promise<InitialDataset | null> {
    const node = this.contents.initial.get(dataset);
    if (node === undefined) return null;
    const { format, data_key: dataKey } = node.attributes;
    const metadataNode = node.children.get("metadata");
    const documentNode = node.children.get("document");
    if (metadataNode === undefined) throw damaged(this.file, node.path);
    const [metadata] = (await readValues(this.file, metadataNode)) as string[];
    return {
      name: dataset,
      format: format as InitialFormat,
      metadata: JSON.parse(metadata ?? "{}") as JsonObject,
      dataKey: String(dataKey),
      data: format === "entity_based" ? await this.readGroups(node) : null,
      document:
        documentNode === undefined ? null : ((await readValues(this.file, documentNode)) as Uint8Array),
    };
  }

  private async readGroups(node: FileNode): Promise<EntityData> {
    const groups = new Map<string, GroupData>();
    for (const [group, groupNode] of namedChildren(node)) {
      const arrays = new Map<string, SimulationArray>();
      for (const [attribute, arrayNode] of namedChildren(groupNode)) {
        arrays.set(attribute, await readArray(this.file, arrayNode));
      }
      groups.set(group, arrays);
    }
    return groups;
  }

  async *readUpdates(query: UpdateQuery): AsyncGenerator<SimulationUpdate> {
    const node = this.contents.updates.get(query.dataset);
    if (node === undefined) return;
    const updates = await DatasetUpdates.open(this.file, node, query);
    for (const [number, head] of updates.heads.entries()) {
      const update = isInTime(head, query) ? await updates.read(number) : null;
      if (update !== null) yield update;
    }
  }

  async listTimestamps(dataset: string, group?: string): Promise<number[]> {
    const node = this.contents.updates.get(dataset);
    if (node === undefined) return [];
    if (group !== undefined) {
      return (await DatasetUpdates.open(this.file, node, { dataset, groups: [group] })).timestampsOf(group);
    }
    const timestamps = await readNumbers(this.file, node.children.get("timestamp"));
    return [...new Set(timestamps)];
  }

  async listInitials(): Promise<string[]> {
    return [...this.contents.initial.keys()].sort(compareTexts);
  }

  async tryInitial(dataset: string): Promise<InitialDataset | RefusedPart | null> {
    try {
      return await this.readInitial(dataset);
    } catch (error) {
      return this.refuse(error, `initial dataset ${JSON.stringify(dataset)}`);
    }
  }

  async countUpdates(): Promise<number> {
    return (await this.listDatasets()).reduce((sum, { updates }) => sum + updates, 0);
  }

  async *listUpdates(): AsyncGenerator<UpdateEntry[]> {
    const entries: UpdateEntry[] = [];
    for (const [dataset, node] of this.contents.updates) {
      const heads = await readHeads(this.file, node, dataset);
      for (const [place, { timestamp, iteration }] of heads.entries()) {
        entries.push({ dataset, timestamp, iteration, place });
      }
    }
    entries.sort(compareEntries);
    for (let start = 0; start < entries.length; start += listLength) {
      yield entries.slice(start, start + listLength);
    }
  }

  async *readEntries(entries: readonly UpdateEntry[]): AsyncGenerator<SimulationUpdate | RefusedPart> {
    for (const { dataset, place } of entries) {
      try {
        const update = await (await this.openWhole(dataset)).read(Number(place));
        if (update === null) throw damaged(this.file, `/updates/${dataset}`);
        yield update;
      } catch (error) {
        yield this.refuse(error, `update ${place} of ${JSON.stringify(dataset)}`);
      }
    }
  }

  private refuse(error: unknown, position: string): RefusedPart {
    if (!(error instanceof CopycatError) || error.code !== "INVALID_INPUT") throw error;
    return new RefusedPart({
      source: this.name,
      position,
      code: "damaged",
      message: error.message,
      record: null,
    });
  }

  /** Kept: the next entries go on where the last ones ended. */
  private openWhole(dataset: string): Promise<DatasetUpdates> {
    let opened = this.opened.get(dataset);
    if (opened === undefined) {
      const node = this.contents.updates.get(dataset);
      if (node === undefined) throw damaged(this.file, dataset);
      opened = DatasetUpdates.open(this.file, node, { dataset });
      this.opened.set(dataset, opened);
    }
    return opened;
  }

  async close(): Promise<void> {
    // The reader is that of the process, and lets files go by itself.
    this.opened.clear();
  }
}
