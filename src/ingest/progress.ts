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
    if (performance.now() - this.#lastTold >= intervalMs) this.#tell();
  }

  /** Files that need not be read. */
  pass(files: number): void {
    this.#files.done += files;
    if (performance.now() - this.#lastTold >= intervalMs) this.#tell();
  }

  enter(phase: IngestProgress["phase"]): void {
    this.#phase = phase;
    this.#tell();
  }

  stop(): void {
    this.#stopped = true;
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

  #tell(): void {
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
