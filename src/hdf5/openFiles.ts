// Many arrays from files that stay open: the bytes themselves where they are plain, else through the library.

import { asReadError } from "./diagnose.ts";
import { type DirectFile, openDirect } from "./direct/arrays.ts";
import { HdfFile } from "./file.ts";
import { KeptFiles } from "./keptFiles.ts";
import type { Library } from "./library.ts";
import type { PartResult } from "./protocol.ts";
import { openDataset, type ReadableDataset, readArray } from "./readArray.ts";
import type { ArrayData, ArrayPart } from "./types.ts";

class OpenFile {
  readonly direct: DirectFile | undefined;
  private readonly path: string;
  /** Opened when something cannot be read directly. */
  private hdf: HdfFile | undefined;
  private readonly datasets = new Map<string, ReadableDataset>();

  constructor(path: string) {
    this.path = path;
    this.direct = openDirect(path);
  }

  read(library: Library, { dataset, view = {} }: ArrayPart): ArrayData {
    this.hdf ??= HdfFile.open(library, this.path);
    let described = this.datasets.get(dataset);
    if (described === undefined) {
      described = openDataset(this.hdf, dataset);
      this.datasets.set(dataset, described);
    }
    return readArray(this.hdf, described, view);
  }

  /** A library that broke took its files along; one that was replaced must not be kept alive by its files. */
  leave(library: Library): void {
    if (this.hdf === undefined || this.hdf.library === library) return;
    this.hdf.close();
    this.hdf = undefined;
    this.datasets.clear();
  }

  close(): void {
    this.direct?.close();
    this.hdf?.close();
  }
}

export class OpenFiles {
  private readonly files = new KeptFiles((path) => new OpenFile(path));
  private readonly currentLibrary: () => Promise<Library>;

  constructor(currentLibrary: () => Promise<Library>) {
    this.currentLibrary = currentLibrary;
  }

  /** Reads one part after the other; what cannot be read is an error in its place. */
  async readParts(parts: readonly ArrayPart[]): Promise<PartResult[]> {
    const results: PartResult[] = [];
    this.files.begin();
    for (const part of parts) {
      try {
        results.push({ array: await this.read(part) });
      } catch (error) {
        const { code, message } = asReadError(part.file, error);
        results.push({ error: { code, message } });
      }
    }
    this.files.end();
    return results;
  }

  private async read(part: ArrayPart): Promise<ArrayData> {
    const opened = this.files.open(part.file);
    const read = opened.direct?.read(part.dataset, part.view);
    if (read !== undefined) return read;
    const library = await this.currentLibrary();
    for (const other of this.files) other.leave(library);
    return opened.read(library, part);
  }
}
