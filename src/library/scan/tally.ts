// Counts and progress of a scan.

import type { ScanProgress, ScanReject, ScanReport } from "./types.ts";

const intervalMs = 100;

type Counts = Omit<ScanReport, "elapsedMs">;

export class Tally {
  readonly counts: Counts = {
    read: 0,
    inserted: 0,
    updated: 0,
    unchanged: 0,
    skipped: 0,
    duplicates: 0,
    rejected: 0,
    missing: 0,
    moved: 0,
    reactivated: 0,
  };
  readonly #start = performance.now();
  readonly #onProgress: ((progress: ScanProgress) => void) | undefined;
  readonly #onReject: ((reject: ScanReject) => void | Promise<void>) | undefined;
  readonly #progress = { phase: "walk" as ScanProgress["phase"], seen: 0, read: 0, bytes: 0 };
  #total: number | null = null;
  #readFrom = performance.now();
  #lastTold = 0;

  constructor(
    onProgress: ((progress: ScanProgress) => void) | undefined,
    onReject: ((reject: ScanReject) => void | Promise<void>) | undefined,
  ) {
    this.#onProgress = onProgress;
    this.#onReject = onReject;
  }

  seen(files: number): void {
    this.#progress.seen = files;
    this.#tell();
  }

  /** @param total files that will be read */
  startReading(total: number): void {
    this.#total = total;
    this.#readFrom = performance.now();
    this.enter("read");
  }

  /** @param bytes size of a file that was read */
  fileRead(bytes: number): void {
    this.#progress.read += 1;
    this.#progress.bytes += bytes;
    this.#tell();
  }

  enter(phase: ScanProgress["phase"]): void {
    this.#progress.phase = phase;
    this.#tell(true);
  }

  /** A file that was not counted before. */
  async reject(reject: ScanReject): Promise<void> {
    this.counts.rejected += 1;
    await this.#onReject?.(reject);
  }

  report(): ScanReport {
    const { inserted, updated, unchanged, skipped, duplicates, rejected } = this.counts;
    const read = inserted + updated + unchanged + skipped + duplicates + rejected;
    return { ...this.counts, read, elapsedMs: Math.round(performance.now() - this.#start) };
  }

  #tell(always = false): void {
    const now = performance.now();
    if (this.#onProgress === undefined || (!always && now - this.#lastTold < intervalMs)) return;
    this.#lastTold = now;
    const seconds = (now - this.#readFrom) / 1000;
    this.#onProgress({
      ...this.#progress,
      total: this.#total,
      rejected: this.counts.rejected,
      filesPerSecond: seconds > 0 ? Math.round(this.#progress.read / seconds) : 0,
    });
  }
}
