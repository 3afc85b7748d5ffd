// Files that stay open between reads. Opening one costs the library 100 to 400 us, reading a curve from it 5 to 50.

import { statSync } from "node:fs";
import { CopycatError, errorMessage } from "../errors.ts";
import { checkOpenable, unreadable } from "./diagnose.ts";
import { type DirectFile, openDirect } from "./direct/arrays.ts";
import { HdfFile } from "./file.ts";
import type { Library } from "./library.ts";
import type { PartResult } from "./protocol.ts";
import { openDataset, type ReadableDataset, readArray } from "./readArray.ts";
import type { ArrayData, ArrayPart } from "./types.ts";

/** A thread has two descriptors a file at most, and a process 1024 by default. */
const maxOpenFiles = 32;

interface OpenFile {
  /** What says that the file at this path is still the same one. */
  stamp: string;
  direct: DirectFile | undefined;
  /** Opened when something cannot be read directly. */
  hdf: HdfFile | undefined;
  datasets: Map<string, ReadableDataset>;
}

export class OpenFiles {
  /** In the order of their last use. */
  private readonly files = new Map<string, OpenFile>();
  /** Found to be still the same one since the current call began. */
  private readonly fresh = new Set<string>();
  private readonly currentLibrary: () => Promise<Library>;

  constructor(currentLibrary: () => Promise<Library>) {
    this.currentLibrary = currentLibrary;
  }

  /** Reads one part after the other; what cannot be read is an error in its place. */
  async readParts(parts: readonly ArrayPart[]): Promise<PartResult[]> {
    const results: PartResult[] = [];
    this.fresh.clear();
    for (const part of parts) {
      try {
        results.push({ array: await this.read(part) });
      } catch (error) {
        const known =
          error instanceof CopycatError
            ? error
            : unreadable(part.file, `cannot be read: ${errorMessage(error)}`, error);
        results.push({ error: { code: known.code, message: known.message } });
      }
    }
    return results;
  }

  closeAll(): void {
    for (const path of [...this.files.keys()]) this.close(path);
  }

  private async read({ file, dataset, view = {} }: ArrayPart): Promise<ArrayData> {
    const opened = this.open(file);
    const read = opened.direct?.read(dataset, view);
    if (read !== undefined) return read;
    const hdf = await this.withLibrary(file, opened);
    let described = opened.datasets.get(dataset);
    if (described === undefined) {
      described = openDataset(hdf, dataset);
      opened.datasets.set(dataset, described);
    }
    return readArray(hdf, described, view);
  }

  private open(path: string): OpenFile {
    const known = this.files.get(path);
    if (known !== undefined && this.fresh.has(path)) return known;
    const stamp = stampOf(path);
    this.fresh.add(path);
    if (known !== undefined && known.stamp === stamp) {
      this.files.delete(path);
      this.files.set(path, known);
      return known;
    }
    this.close(path);
    if (stamp === undefined) checkOpenable(path);
    if (this.files.size >= maxOpenFiles) this.close(this.files.keys().next().value);
    const opened: OpenFile = {
      stamp: stamp ?? "",
      direct: openDirect(path),
      hdf: undefined,
      datasets: new Map(),
    };
    this.files.set(path, opened);
    return opened;
  }

  /** A library that broke took its files along; one that was replaced must not be kept alive by its files. */
  private async withLibrary(path: string, opened: OpenFile): Promise<HdfFile> {
    const library = await this.currentLibrary();
    for (const other of this.files.values()) {
      if (other.hdf === undefined || other.hdf.library === library) continue;
      other.hdf.close();
      other.hdf = undefined;
      other.datasets.clear();
    }
    opened.hdf ??= HdfFile.open(library, path);
    return opened.hdf;
  }

  private close(path: string | undefined): void {
    const opened = path === undefined ? undefined : this.files.get(path);
    if (path === undefined || opened === undefined) return;
    this.files.delete(path);
    opened.direct?.close();
    opened.hdf?.close();
  }
}

/** Undefined for what cannot be opened. What is wrong with it is said by whoever opens it. */
function stampOf(path: string): string | undefined {
  try {
    const stat = statSync(path);
    const { dev, ino, size, mtimeMs } = stat;
    return stat.isFile() && size > 0 ? `${dev}:${ino}:${size}:${mtimeMs}` : undefined;
  } catch {
    return undefined;
  }
}
