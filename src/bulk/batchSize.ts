// How large a batch is: small enough that one refused row costs little, large enough that commands cost nothing.

const firstBytes = 1 << 20;
const leastBytes = 1 << 18;
/** Larger ones live long enough for V8 to move their records about: with 8 MB the client worked a third more. */
const mostBytes = 1 << 22;
/** A batch is to take so long: below 1 % of it goes into its commands, and a stop is noticed soon. */
const targetMs = 250;

export const defaultBatchRows = 20_000;

/** Follows the rate that is seen: the next batch is of the size that takes `targetMs`, at most twice the last one. */
export class BatchSizer {
  readonly rows: number;
  bytes = firstBytes;

  constructor(rows: number) {
    this.rows = rows;
  }

  observe(bytes: number, elapsedMs: number): void {
    // The last batch of an input says little about the rate.
    if (bytes < this.bytes / 2) return;
    const fitting = (bytes / Math.max(1, elapsedMs)) * targetMs;
    this.bytes = Math.round(Math.min(mostBytes, Math.max(leastBytes, Math.min(fitting, this.bytes * 2))));
  }
}
