// Progress: counted where batches pass, told at most ten times a second.

import type { IngestProgress, NodeSource, SourceBatch } from "./types.ts";

const intervalMs = 100;

export class ProgressTracker {
  readonly #onProgress: ((progress: IngestProgress) => void) | undefined;
  readonly #rejects: { count: number };
  readonly #start = performance.now();
  #phase: IngestProgress["phase"] = "read";
  #files = { done: 0, total: null as number | null };
  #nodes = 0;
  #lastTold = 0;
  #stopped = false;
  #late: NodeJS.Timeout | undefined;

  constructor(
    sources: readonly NodeSource[],
    rejects: { count: number },
    onProgress: ((progress: IngestProgress) => void) | undefined,
  ) {
    this.#onProgress = onProgress;
    this.#rejects = rejects;
    if (onProgress !== undefined) void this.#countFiles(sources);
  }

  read(batch: SourceBatch): void {
    this.#files.done += batch.filesDone;
    this.#nodes += batch.nodes.length;
    this.#tellInTime();
  }

  /** Files that need not be read. */
  pass(files: number): void {
    this.#files.done += files;
    this.#tellInTime();
  }

  enter(phase: IngestProgress["phase"]): void {
    this.#phase = phase;
    this.#tell();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#late);
  }

  /** Runs beside the load; the total appears in the progress when it is known. */
  async #countFiles(sources: readonly NodeSource[]): Promise<void> {
    let total = 0;
    for (const source of sources) {
      const count = await source.countFiles().catch(() => null);
      if (count === null || this.#stopped) return;
      total += count;
    }
    this.#files.total = total;
  }

  /** What comes too soon is told a moment later: nothing may follow it for long, from a source that waits. */
  #tellInTime(): void {
    const waitMs = this.#lastTold + intervalMs - performance.now();
    if (waitMs <= 0) this.#tell();
    else this.#late ??= setTimeout(() => this.#tell(), waitMs).unref();
  }

  #tell(): void {
    clearTimeout(this.#late);
    this.#late = undefined;
    if (this.#stopped) return;
    this.#lastTold = performance.now();
    this.#onProgress?.({
      phase: this.#phase,
      files: { ...this.#files },
      nodes: this.#nodes,
      rejects: this.#rejects.count,
      elapsedMs: Math.round(performance.now() - this.#start),
    });
  }
}
