// The blocks of one group: what each update says of it.

import type { GroupData, SimulationArray, UpdateQuery } from "../types.ts";
import { type FileNode, namedChildren } from "./fileTree.ts";
import { ColumnReader, damaged, type OpenFile, readNumbers } from "./readArrays.ts";

interface BlockColumn {
  name: string;
  /** In the table of which block has which attribute. */
  position: number;
  reader: ColumnReader;
}

export class GroupBlocks {
  /** The update of each block, ascending. */
  readonly updates: readonly number[];
  private readonly places: readonly number[];
  private readonly rowPtr: readonly number[];
  private readonly order: readonly number[];
  private readonly attributes: number;
  private readonly columns: readonly BlockColumn[];
  /** Null: all of them. */
  private readonly wanted: ReadonlySet<string> | null;
  private next = 0;

  private constructor(parts: {
    index: readonly number[];
    rowPtr: readonly number[];
    order: readonly number[];
    attributes: number;
    columns: readonly BlockColumn[];
    wanted: ReadonlySet<string> | null;
  }) {
    this.updates = parts.index.filter((_, place) => place % 2 === 0);
    this.places = parts.index.filter((_, place) => place % 2 === 1);
    this.rowPtr = parts.rowPtr;
    this.order = parts.order;
    this.attributes = parts.attributes;
    this.columns = parts.columns;
    this.wanted = parts.wanted;
  }

  static async open(file: OpenFile, node: FileNode, query: Partial<UpdateQuery>): Promise<GroupBlocks> {
    const { children } = node;
    const all = namedChildren(node);
    const { attributes } = query;
    const columns = all.flatMap(([name, column], position): BlockColumn[] => {
      const isWanted = attributes === undefined || name === "id" || attributes.includes(name);
      return isWanted ? [{ name, position, reader: new ColumnReader(file, column) }] : [];
    });
    const rowPtr = await readNumbers(file, children.get("row_ptr"));
    const index = await readNumbers(file, children.get("update"));
    if (rowPtr.length !== index.length / 2 + 1) throw damaged(file, node.path);
    const order = await readNumbers(file, children.get("order"));
    return new GroupBlocks({
      ...{ index, rowPtr, order, columns },
      attributes: all.length,
      wanted: attributes === undefined ? null : new Set(attributes),
    });
  }

  /** Null for one that says nothing of the group. */
  async read(update: number): Promise<{ place: number; arrays: GroupData } | null> {
    // Asked for in their order, the next one is near.
    if ((this.updates[this.next - 1] ?? -1) >= update) this.next = 0;
    while ((this.updates[this.next] ?? Number.POSITIVE_INFINITY) < update) this.next += 1;
    const block = this.next;
    if (this.updates[block] !== update) return null;
    const found: [number, string, SimulationArray][] = [];
    for (const { name, position, reader } of this.columns) {
      const order = this.order[block * this.attributes + position] ?? 0;
      if (order === 0) continue;
      const array = await reader.read(this.rowPtr[block] ?? 0, this.rowPtr[block + 1] ?? 0);
      found.push([order, name, array]);
    }
    const { wanted } = this;
    if (wanted !== null && !found.some(([, name]) => wanted.has(name))) return null;
    found.sort(([a], [b]) => a - b);
    const arrays = new Map(found.map(([, name, array]) => [name, array]));
    return { place: this.places[block] ?? 0, arrays };
  }
}
