// One instance of the HDF5 library (compiled to wasm) for a thread, and what happens when it breaks.

import type { Native } from "./native.ts";
import { PathMemory } from "./pathMemory.ts";

/** Errors thrown through wasm frames each cost 128 bytes of its 2 MiB stack: renew well before it is full. */
const maxThrows = 8000;
/** Enough of HDF5's error stack to find the innermost reason. */
const maxDiagnostics = 16_384;

/** wasm traps and aborts are RuntimeErrors; a JavaScript stack overflow leaves wasm's state undefined, too. */
const fatalNames = new Set(["RuntimeError", "RangeError"]);

export class Library {
  readonly native: Native;
  readonly paths = new PathMemory();
  /** Counts every file that HDF5 has opened: more of them after a call on a path, and it led elsewhere. */
  filesOpened = 0;
  private diagnostics = "";
  private throws = 0;
  private aborted = false;

  private constructor(native: Native) {
    this.native = native;
    const open = native.FS.open;
    native.FS.open = (path, flags, mode) => {
      this.filesOpened += 1;
      return open(path, flags, mode);
    };
    const write = native.FS.write;
    // HDF5 prints its error stack to stderr; it is kept here instead, as the reason for a failure.
    native.FS.write = (stream, buffer, offset, length, position) => {
      if (stream.fd !== 1 && stream.fd !== 2) return write(stream, buffer, offset, length, position);
      if (this.diagnostics.length < maxDiagnostics) {
        this.diagnostics += Buffer.from(buffer.subarray(offset, offset + length)).toString();
      }
      return length;
    };
  }

  static async load(): Promise<Library> {
    // The package's entry makes one instance an import; its inner factory can make another after an abort.
    const factory = new URL("./hdf5_util.js", import.meta.resolve("h5wasm/node"));
    const { default: create } = (await import(factory.href)) as {
      default: (options: object) => Promise<Native>;
    };
    return new Library(await create({ noInitialRun: true, printErr: () => {} }));
  }

  /** False when a new instance must be loaded before the next file is opened. */
  get usable(): boolean {
    return !this.aborted && this.throws < maxThrows;
  }

  /** True when wasm itself stopped (memory, an uncaught C++ exception): every open file is lost. */
  get broken(): boolean {
    return this.aborted;
  }

  /**
   * Runs calls into the library and tells whether HDF5 complained.
   *
   * @throws what the calls throw; a wasm RuntimeError marks the library as broken.
   */
  attempt<T>(calls: () => T): { value: T; complained: boolean } {
    this.diagnostics = "";
    try {
      const value = calls();
      return { value, complained: this.diagnostics !== "" };
    } catch (error) {
      this.throws += 1;
      if (error instanceof Error && fatalNames.has(error.name)) this.aborted = true;
      throw error;
    }
  }

  /** The innermost reason of HDF5's last complaint, for instance "truncated file: eof = 100, ...". */
  get reason(): string {
    const lines = [...this.diagnostics.matchAll(/^ {2}#\d+: .* in \w+\(\): (.*)$/gm)];
    return lines.at(-1)?.[1] ?? "the HDF5 library gave no reason";
  }

  /** Closes the descriptors of a broken instance, which cannot close them itself. */
  releaseFiles(): void {
    for (const stream of this.native.FS.streams) {
      if (!stream || stream.fd <= 2) continue;
      try {
        this.native.FS.close(stream);
      } catch {
        // Closed already.
      }
    }
  }
}
