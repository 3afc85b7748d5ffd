// Size and time of many files.

import { type Stats, statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import type { SeenFile } from "./fileTable.ts";

/** Faster answers than this are those of a local disk, or of what the system remembers of a server's. */
const nearMs = 0.1;
/** Files asked about before others have their turn in this process. */
const filesPerTurn = 1024;

/**
 * Asks about files, some at a time. What is near is asked directly: through Node's threads 100,000 answers took 2.4 s of
 * processor, directly 0.3. What is not is asked side by side.
 */
export class FileLooker {
  #isNear = false;
  #sinceTurn = 0;

  /** Null for what is no file, or is gone already. */
  async look(paths: readonly string[]): Promise<(SeenFile | null)[]> {
    this.#sinceTurn += paths.length;
    if (this.#sinceTurn >= filesPerTurn) {
      this.#sinceTurn = 0;
      await setImmediate();
    }
    const startMs = performance.now();
    const seen = this.#isNear ? paths.map(lookNow) : await Promise.all(paths.map(lookAside));
    this.#isNear = performance.now() - startMs < nearMs * paths.length;
    return seen;
  }
}

function lookNow(path: string): SeenFile | null {
  try {
    return seenFile(statSync(path, { throwIfNoEntry: false }));
  } catch {
    return null;
  }
}

async function lookAside(path: string): Promise<SeenFile | null> {
  return seenFile(await stat(path).catch(() => undefined));
}

function seenFile(stats: Stats | undefined): SeenFile | null {
  return stats?.isFile() === true ? { sizeBytes: stats.size, modifiedMs: stats.mtimeMs } : null;
}
