// One open file: paths in, what HDF5 knows about them out. Nothing here throws for what is not in the file.

import { posix } from "node:path";
import { CopycatError } from "../errors.ts";
import { checkOpenable, explainRefusal } from "./diagnose.ts";
import type { Library } from "./library.ts";
import { type NativeArray, ObjectKind } from "./native.ts";
import { originOf, realPath } from "./origin.ts";

const scratchBytes = 65_536;
const maxReferences = 1024;
/** Files to follow external links through. */
const maxHops = 8;

/** What is behind a path: an object, a link that leads nowhere, or nothing at all. */
export type Target = "group" | "dataset" | "type" | "softLink" | "userLink" | "missing";

/** A soft link, or a link into another file (the only user-defined links that HDF5 has of its own). */
export type Link = { kind: "softLink"; path: string } | { kind: "userLink"; file: string; path: string };

const targets: Record<number, Target> = {
  [ObjectKind.group]: "group",
  [ObjectKind.dataset]: "dataset",
  [ObjectKind.type]: "type",
  [ObjectKind.softLink]: "softLink",
  [ObjectKind.userLink]: "userLink",
};

export class HdfFile {
  readonly path: string;
  readonly library: Library;
  readonly id: bigint;
  private scratch = 0;
  private readonly references = new Map<string, string | null>();

  private constructor(library: Library, path: string, id: bigint) {
    this.library = library;
    this.path = path;
    this.id = id;
  }

  /**
   * Opens a file read-only and in place.
   *
   * @throws CopycatError UNREADABLE_SOURCE
   */
  static open(library: Library, path: string): HdfFile {
    checkOpenable(path);
    const id = library.attempt(() => library.native.open(path, 0, false, -1, -1)).value;
    if (id < 0n) throw explainRefusal(path, library.reason);
    return new HdfFile(library, path, id);
  }

  close(): void {
    if (this.library.broken) return;
    if (this.scratch !== 0) this.library.native._free(this.scratch);
    this.library.native.close_file(this.id);
  }

  /**
   * What is at a path. HDF5's own answer is undefined when the path runs into a link that leads nowhere, and
   * asking for such a link of another file breaks the library: hence the address first.
   */
  target(path: string, hops = 0): Target {
    const before = this.library.filesOpened;
    if (this.address(path) === undefined && this.library.filesOpened > before) {
      return this.targetElsewhere(path, hops);
    }
    const { value, complained } = this.library.attempt(() => this.library.native.get_type(this.id, path));
    if (!complained) return targets[value] ?? "missing";
    const link = path !== "/" && this.target(posix.dirname(path)) === "group" ? this.linkAt(path) : undefined;
    return link?.kind ?? "missing";
  }

  /** Asks the file at the end of the external links; over several files HDF5 itself finds less. */
  private targetElsewhere(path: string, hops: number): Target {
    const origin = originOf(this, path);
    if (hops >= maxHops || (origin.file === realPath(this.path) && origin.path === path)) return "userLink";
    try {
      const home = HdfFile.open(this.library, origin.file);
      try {
        const target = home.target(origin.path, hops + 1);
        return target === "missing" ? (this.linkAt(path)?.kind ?? "missing") : target;
      } finally {
        home.close();
      }
    } catch (error) {
      if (error instanceof CopycatError) return "userLink";
      throw error;
    }
  }

  /** The link at a path, if it is one by name; its parent must be a group. */
  linkAt(path: string): Link | undefined {
    const { native } = this.library;
    const external = this.tolerate(() => native.get_external_link(this.id, path));
    if (external?.filename !== undefined) {
      return { kind: "userLink", file: external.filename, path: external.obj_path ?? "/" };
    }
    const soft = this.tolerate(() => native.get_symbolic_link(this.id, path));
    return soft === null || soft === undefined ? undefined : { kind: "softLink", path: soft };
  }

  /** Type and extent of a dataset; undefined when the path is not that of a readable dataset. */
  dataset(path: string, seen?: Target): NativeArray | undefined {
    const memory = this.library.paths;
    if (seen !== "dataset" && !memory.wasDataset(path) && this.target(path) !== "dataset") return undefined;
    try {
      const { value } = this.library.attempt(() => this.library.native.get_dataset_metadata(this.id, path));
      if (seen === undefined) memory.remember(path);
      return value.type < 0 ? undefined : value;
    } catch (error) {
      this.rethrowIfBroken(error);
      memory.doubt(path);
      return undefined;
    }
  }

  /** Names in a group; undefined when the path is not that of a readable group. */
  names(path: string, seen?: Target): string[] | undefined {
    if (seen !== "group" && this.target(path) !== "group") return undefined;
    return this.tolerate(() => this.library.native.get_names(this.id, path, false));
  }

  filters(path: string): { id: number; name: string }[] {
    return this.tolerate(() => this.library.native.get_dataset_filters(this.id, path)) ?? [];
  }

  attributeNames(path: string): string[] {
    return this.tolerate(() => this.library.native.get_attribute_names(this.id, path)) ?? [];
  }

  attribute(path: string, name: string): NativeArray | undefined {
    return this.tolerate(() => this.library.native.get_attribute_metadata(this.id, path, name));
  }

  /** The address of an object, the same for all its hard links; undefined when there is none. */
  address(path: string): string | undefined {
    const bytes = this.library.attempt(() =>
      this.library.native.create_object_reference(this.id, path),
    ).value;
    const address = Buffer.from(bytes).toString("hex");
    return /^0*$/.test(address) ? undefined : address;
  }

  /** The path of a referenced object, or null. HDF5 searches the file for it, so answers are kept. */
  resolveReference(bytes: Uint8Array, isObject: boolean): string | null {
    if (bytes.every((byte) => byte === 0)) return null;
    const key = Buffer.from(bytes).toString("hex");
    const known = this.references.get(key);
    if (known !== undefined) return known;
    const copy = Uint8Array.from(bytes);
    const { native } = this.library;
    const path = this.tolerate(() => native.get_referenced_name(this.id, copy, isObject)) ?? null;
    if (this.references.size < maxReferences) this.references.set(key, path);
    return path;
  }

  /** Lends memory inside the library for one read; small amounts are reused. */
  withMemory<T>(bytes: number, use: (pointer: number) => T): T {
    const { native } = this.library;
    if (bytes <= scratchBytes && this.scratch === 0) this.scratch = native._malloc(scratchBytes);
    const pointer = bytes <= scratchBytes ? this.scratch : native._malloc(bytes);
    if (pointer === 0) throw new RangeError(`out of memory: ${bytes} bytes for one read`);
    try {
      return use(pointer);
    } finally {
      if (pointer !== this.scratch && !this.library.broken) native._free(pointer);
    }
  }

  private tolerate<T>(call: () => T): T | undefined {
    try {
      const { value, complained } = this.library.attempt(call);
      return complained ? undefined : value;
    } catch (error) {
      this.rethrowIfBroken(error);
      return undefined;
    }
  }

  private rethrowIfBroken(error: unknown): void {
    if (this.library.broken) throw error;
  }
}
