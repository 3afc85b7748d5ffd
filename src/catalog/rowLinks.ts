// While rows go by: which earlier row is the parent of each, and which one named its file first. Who knows that need not
// have the server look it up (`mergePlain.ts`).

import type { AssetRecord, NodeRecord } from "./types.ts";

/** Ordinals of earlier rows. */
export interface RowLink {
  /** Null below the root. */
  parent: number | null;
  /** The row's own where it names a file first; null without a file. */
  file: number | null;
}

const noLink: RowLink = { parent: null, file: null };

/** What stands in `parents` for a child of the root, and for a row that was refused. */
export const rootParent = -1;
const refused = -2;

interface File {
  ordinal: number;
  isDirectory: boolean;
  size: AssetRecord["size"];
}

export class RowLinks {
  #areComplete = true;
  #parents = new OrdinalList();
  /** Paths of containers. What was forgotten is not found, and then the links are incomplete, never wrong. */
  readonly #containers: Recent<number>;
  readonly #files: Recent<File>;

  /** @param capacity paths, and files, that are remembered at most, each about 200 bytes */
  constructor(capacity = 50_000) {
    this.#containers = new Recent(capacity);
    this.#files = new Recent(capacity);
  }

  /** False as soon as one parent was not among the rows before, or a row is not of the simple kind. */
  get areComplete(): boolean {
    return this.#areComplete;
  }

  /** A file may have been forgotten: the server must make sure that no two rows name one first. */
  get mayRepeatFiles(): boolean {
    return this.#files.hasForgotten;
  }

  /** The ordinal of each row's parent, `rootParent`, or less for a row that was refused. */
  get parents(): OrdinalList {
    return this.#parents;
  }

  find(ordinal: number, node: NodeRecord, parentPath: string): RowLink {
    if (!this.#areComplete) return noLink;
    const parent = parentPath === "" ? null : this.#containers.get(parentPath);
    const assets = node.dataSource?.assets ?? [];
    if (parent === undefined || assets.length > 1) return this.#giveUp();
    const [asset] = assets;
    if (asset === undefined) return { parent, file: null };
    const file = this.#files.get(asset.dataUri);
    if (file === undefined) return { parent, file: ordinal };
    if (file.isDirectory !== asset.isDirectory || file.size !== asset.size) return this.#giveUp();
    return { parent, file: file.ordinal };
  }

  /** The row goes in. */
  keep(ordinal: number, node: NodeRecord, parentPath: string, link: RowLink): void {
    if (!this.#areComplete) return;
    this.#parents.push(link.parent ?? rootParent);
    if (node.structureFamily === "container") {
      const path = `${parentPath}/${node.key}`;
      // The first one, as everywhere: a second one of this path is found by the unique key.
      if (this.#containers.get(path) === undefined) this.#containers.set(path, ordinal);
    }
    const [asset] = node.dataSource?.assets ?? [];
    if (asset === undefined || link.file !== ordinal) return;
    const { dataUri, isDirectory, size } = asset;
    this.#files.set(dataUri, { ordinal, isDirectory, size });
  }

  refuse(): void {
    if (this.#areComplete) this.#parents.push(refused);
  }

  #giveUp(): RowLink {
    this.#areComplete = false;
    this.#parents = new OrdinalList();
    this.#containers.clear();
    this.#files.clear();
    return noLink;
  }
}

/**
 * A map of what came or was asked for lately: at most `capacity` entries, at least the last half of that. Two generations,
 * since a Map that loses its oldest key each time gets slow.
 */
class Recent<Value> {
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();
  #hasForgotten = false;
  readonly #half: number;

  constructor(capacity: number) {
    this.#half = capacity / 2;
  }

  get hasForgotten(): boolean {
    return this.#hasForgotten;
  }

  get(key: string): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: Value): void {
    if (this.#young.size >= this.#half) {
      this.#hasForgotten ||= this.#old.size > 0;
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}

/** A growing list of int32: 4 bytes an ordinal, and nothing is copied when it grows. */
export class OrdinalList {
  #length = 0;
  readonly #blocks: Int32Array[] = [];
  static readonly #blockLength = 65_536;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    const offset = this.#length % OrdinalList.#blockLength;
    if (offset === 0) this.#blocks.push(new Int32Array(OrdinalList.#blockLength));
    const block = this.#blocks.at(-1);
    if (block !== undefined) block[offset] = value;
    this.#length += 1;
  }

  /** @throws RangeError beyond the end */
  at(index: number): number {
    const value =
      this.#blocks[Math.floor(index / OrdinalList.#blockLength)]?.[index % OrdinalList.#blockLength];
    if (value === undefined || index >= this.#length) throw new RangeError(`No ordinal at ${index}.`);
    return value;
  }
}
