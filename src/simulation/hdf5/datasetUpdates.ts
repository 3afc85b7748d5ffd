// The updates of one dataset, by their number in the file.

import type { GroupData, SimulationUpdate, UpdateQuery } from "../types.ts";
import { type FileNode, namedChildren } from "./fileTree.ts";
import { GroupBlocks } from "./groupBlocks.ts";
import { type OpenFile, readNumbers, readValues } from "./readArrays.ts";

/** An update without what it says. */
export type UpdateHead = Omit<SimulationUpdate, "data">;

export class DatasetUpdates {
  readonly heads: readonly UpdateHead[];
  private readonly groups: readonly [string, GroupBlocks][];
  private readonly isRestricted: boolean;

  private constructor(
    heads: readonly UpdateHead[],
    groups: readonly [string, GroupBlocks][],
    isRestricted: boolean,
  ) {
    this.heads = heads;
    this.groups = groups;
    this.isRestricted = isRestricted;
  }

  static async open(
    file: OpenFile,
    node: FileNode,
    query: Pick<UpdateQuery, "dataset" | "groups" | "attributes">,
  ): Promise<DatasetUpdates> {
    const { groups, attributes } = query;
    const wanted = namedChildren(node).filter(([name]) => groups?.includes(name) ?? true);
    const opened = await Promise.all(
      wanted.map(
        async ([name, group]): Promise<[string, GroupBlocks]> => [
          name,
          await GroupBlocks.open(file, group, query),
        ],
      ),
    );
    const heads = await readHeads(file, node, query.dataset);
    return new DatasetUpdates(heads, opened, (groups ?? attributes) !== undefined);
  }

  /** Null for one that says nothing of what was asked for. Quickest in the order of the file. */
  async read(number: number): Promise<SimulationUpdate | null> {
    const head = this.heads[number];
    if (head === undefined) return null;
    const blocks: [number, string, GroupData][] = [];
    for (const [name, group] of this.groups) {
      const block = await group.read(number);
      if (block !== null) blocks.push([block.place, name, block.arrays]);
    }
    if (blocks.length === 0 && this.isRestricted) return null;
    blocks.sort(([a], [b]) => a - b);
    return { ...head, data: new Map(blocks.map(([, name, arrays]) => [name, arrays])) };
  }

  /** Ascending, each once. */
  timestampsOf(group: string): number[] {
    const found = this.groups.find(([name]) => name === group)?.[1].updates ?? [];
    return [...new Set(found.map((update) => this.heads[update]?.timestamp ?? 0))];
  }
}

export async function readHeads(file: OpenFile, node: FileNode, dataset: string): Promise<UpdateHead[]> {
  const timestamps = await readNumbers(file, node.children.get("timestamp"));
  const iterations = await readNumbers(file, node.children.get("iteration"));
  const originNode = node.children.get("origin");
  const origins = originNode === undefined ? [] : await readValues(file, originNode);
  return timestamps.map((timestamp, index) => ({
    dataset,
    timestamp,
    iteration: iterations[index] ?? 0,
    origin: origins[index] ? String(origins[index]) : null,
  }));
}
