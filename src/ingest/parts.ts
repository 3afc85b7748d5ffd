// The stream of batches, cut into what goes into one transaction each.

import type { NodeRecord, Reject } from "../catalog/index.ts";
import type { PartOfFile } from "./files/fileLedger.ts";
import type { TrackedFile } from "./files/types.ts";
import type { SourceBatch } from "./types.ts";

/** A batch, and the place of its source among the inputs. */
export interface PlacedBatch extends SourceBatch {
  source: number;
}

export class PartReader {
  /** Whether all batches have been read. */
  isDone = false;
  /** What the current part holds of files that are kept account of. */
  readonly files = new Map<TrackedFile, PartOfFile>();
  /** Nodes handed on so far by sources that keep no account of files, by their places. */
  readonly streamed = new Map<number, number>();
  readonly #batches: AsyncIterator<PlacedBatch>;
  readonly #commitEvery: number;
  readonly #byPath = new Map<string, TrackedFile>();
  #rest: PlacedBatch | null = null;

  /** @param commitEvery nodes of a part at least, as long as there are so many */
  constructor(batches: AsyncIterable<PlacedBatch>, commitEvery: number) {
    this.#batches = batches[Symbol.asyncIterator]();
    this.#commitEvery = commitEvery;
  }

  /** The nodes of one part. It ends between two entities. */
  async *part(): AsyncGenerator<NodeRecord[]> {
    this.files.clear();
    this.#byPath.clear();
    let count = 0;
    for (;;) {
      const batch = this.#rest ?? (await this.#next());
      if (batch === null) return;
      const cut = this.#findCut(batch, count);
      const [now, later] = cut === null ? [batch, null] : split(batch, cut);
      this.#rest = later;
      count += now.nodes.length;
      this.#account(now);
      if (now.nodes.length > 0) yield now.nodes;
      if (later !== null) return;
    }
  }

  /** A record of the current part did not go in. */
  countReject({ source }: Reject): void {
    // A stream has no path of its own; its records name the tables, and the files.
    const file = this.#byPath.get(source) ?? this.#byPath.get("");
    const part = file === undefined ? undefined : this.files.get(file);
    if (part !== undefined) part.rejects += 1;
  }

  async close(): Promise<void> {
    await this.#batches.return?.();
  }

  async #next(): Promise<PlacedBatch | null> {
    const { value, done } = await this.#batches.next();
    if (done !== true) return value;
    this.isDone = true;
    return null;
  }

  /** Where in a batch the part ends; null: not in this one. */
  #findCut({ nodes }: PlacedBatch, count: number): number | null {
    const first = this.#commitEvery - count;
    if (nodes.length <= first) return null;
    for (let index = Math.max(0, first); index < nodes.length; index++) {
      const node = nodes[index];
      if (count + index > 0 && node !== undefined && startsEntity(node)) return index;
    }
    return null;
  }

  #account({ nodes, rejects, source, file, isWholeFile }: PlacedBatch): void {
    if (file === undefined) {
      this.streamed.set(source, (this.streamed.get(source) ?? 0) + nodes.length);
      return;
    }
    const part = this.files.get(file) ?? { nodes: 0, rejects: 0, isWhole: false };
    part.nodes += nodes.length;
    part.rejects += rejects.length;
    part.isWhole ||= isWholeFile === true;
    this.files.set(file, part);
    this.#byPath.set(file.path, file);
  }
}

/** A file's own topmost node, or one right below the container of a dataset. */
function startsEntity(node: NodeRecord): boolean {
  return node.topOf !== undefined || node.parentPath.length <= 1;
}

function split(batch: PlacedBatch, at: number): [now: PlacedBatch, later: PlacedBatch] {
  const { nodes } = batch;
  return [
    { ...batch, nodes: nodes.slice(0, at), filesDone: 0, isWholeFile: false },
    { ...batch, nodes: nodes.slice(at), rejects: [] },
  ];
}
