// Which row an entity has. Most ids come in runs of consecutive numbers, so a few runs stand for many ids.

/** Runs of consecutive ids, ascending by their first one; the ids from `from[i]` to `to[i]` stand at `offset[i]` and after. */
export interface IdBlocks {
  from: number[];
  to: number[];
  offset: number[];
}

/**
 * @example
 * idBlocks([8, 9, 2, 3, 4]); // { from: [2, 8], to: [4, 9], offset: [2, 0] }
 */
export function idBlocks(ids: ArrayLike<number>): IdBlocks {
  const runs: { from: number; to: number; offset: number }[] = [];
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row] as number;
    const last = runs.at(-1);
    if (last !== undefined && id === last.to + 1) last.to = id;
    else runs.push({ from: id, to: id, offset: row });
  }
  runs.sort((a, b) => a.from - b.from);
  return {
    from: runs.map(({ from }) => from),
    to: runs.map(({ to }) => to),
    offset: runs.map(({ offset }) => offset),
  };
}

/** Ids that stand more than once, each once. */
export function duplicateIds(ids: ArrayLike<number>): number[] {
  let isAscending = true;
  for (let row = 1; row < ids.length && isAscending; row++) {
    isAscending = (ids[row] as number) > (ids[row - 1] as number);
  }
  if (isAscending) return [];
  const seen = new Set<number>();
  const twice = new Set<number>();
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row] as number;
    if (seen.has(id)) twice.add(id);
    seen.add(id);
  }
  return [...twice];
}

/** Runs are worth it when they have so many ids on average; a hash table is faster than a search among more. */
const leastRun = 8;

/** Grows as entities appear; rows never move. */
export class IdIndex {
  readonly ids: number[] = [];
  #blocks: IdBlocks = { from: [], to: [], offset: [] };
  /** Ids in no block: scattered ones, and those that came after the blocks were made. */
  #others = new Map<number, number>();
  #indexed = 0;

  get size(): number {
    return this.ids.length;
  }

  /** The row of an id, -1 when it has none. */
  rowOf(id: number): number {
    const { from, to, offset } = this.#blocks;
    let [low, high] = [0, from.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (id < (from[middle] as number)) high = middle - 1;
      else if (id > (to[middle] as number)) low = middle + 1;
      else return (offset[middle] as number) + (id - (from[middle] as number));
    }
    return this.#others.get(id) ?? -1;
  }

  /** Rows of ids, of which none stands twice; those that are new get the rows after the last one, in their order. */
  place(ids: ArrayLike<number>): Int32Array {
    const rows = new Int32Array(ids.length);
    for (let index = 0; index < ids.length; index++) {
      const id = ids[index] as number;
      const row = this.rowOf(id);
      rows[index] = row < 0 ? this.ids.push(id) - 1 : row;
    }
    this.#indexNew();
    return rows;
  }

  /** Single late ones go into the table; the blocks are made again when half of all ids are new, so that it stays cheap. */
  #indexNew(): void {
    const late = this.ids.length - this.#indexed;
    if (late === 0) return;
    if (late + this.#others.size < this.ids.length / 2) {
      for (let row = this.#indexed; row < this.ids.length; row++)
        this.#others.set(this.ids[row] as number, row);
    } else {
      const blocks = idBlocks(this.ids);
      const isWorthIt = blocks.from.length * leastRun <= this.ids.length || blocks.from.length <= leastRun;
      this.#blocks = isWorthIt ? blocks : { from: [], to: [], offset: [] };
      this.#others = isWorthIt ? new Map() : new Map(this.ids.map((id, row) => [id, row]));
    }
    this.#indexed = this.ids.length;
  }
}
