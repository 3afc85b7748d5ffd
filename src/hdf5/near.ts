// Small arrays, read where they are asked for: a thread takes 60 to 100 ms to start, and a message to it longer than a
// curve. It blocks the caller's event loop, so it says no to what would take long, and to more than a moment a turn.

import type { CopycatError } from "../errors.ts";
import { asReadError } from "./diagnose.ts";
import { type DirectFile, openDirect } from "./direct/arrays.ts";
import { KeptFiles } from "./keptFiles.ts";
import type { ArrayData, ArrayPart } from "./types.ts";

/** A file that only the library can open is kept as well, so that it is not tried again. */
class NearFile {
  readonly direct: DirectFile | undefined;

  constructor(path: string) {
    this.direct = openDirect(path);
  }

  close(): void {
    this.direct?.close();
  }
}

export class NearFiles {
  private readonly files = new KeptFiles((path) => new NearFile(path));
  private readonly blockMs: number;
  private turnEndsMs: number | undefined;

  /** @param blockMs of a turn of the event loop; 0 to read nothing here */
  constructor(blockMs: number) {
    this.blockMs = blockMs;
  }

  /** True when the event loop should have its turn before more is read. */
  get isTired(): boolean {
    if (this.turnEndsMs === undefined) {
      this.turnEndsMs = performance.now() + this.blockMs;
      setImmediate(() => {
        this.turnEndsMs = undefined;
      });
    }
    return performance.now() >= this.turnEndsMs;
  }

  begin(): void {
    this.files.begin();
  }

  end(): void {
    this.files.end();
  }

  /** The values, or why there are none; undefined when that is for a thread. */
  read({ file, dataset, view }: ArrayPart): ArrayData | CopycatError | undefined {
    try {
      return this.files.open(file).direct?.read(dataset, view, this.blockMs);
    } catch (error) {
      return asReadError(file, error);
    }
  }

  close(): void {
    this.files.closeAll();
  }
}
