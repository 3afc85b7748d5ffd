// How much is encoded at once, and how much goes into one COPY.

/**
 * What is encoded before it is handed on. Small: the server starts at once, and records live so short that V8 does not
 * move them about (with 8 MB the client worked a third more).
 */
export const batchBytes = 512 * 1024;

/** In a COPY and in a slice of a merge. */
export const defaultBatchRows = 20_000;

const firstBytes = 1 << 20;
const leastBytes = 1 << 18;
/** It is kept until the COPY has ended. */
const mostBytes = 1 << 24;
/** A COPY is to take so long: below 1 % of it goes into its commands, and what one bad row costs is bounded by it. */
const targetMs = 500;

/** Follows the rate that is seen: the next COPY is of the size that takes `targetMs`, at most twice the last one. */
export class CopySizer {
  readonly rows: number;
  bytes = firstBytes;

  constructor(rows: number) {
    this.rows = rows;
  }

  observe(bytes: number, elapsedMs: number): void {
    // The last one of an input says little about the rate.
    if (bytes < this.bytes / 2) return;
    const fitting = (bytes / Math.max(1, elapsedMs)) * targetMs;
    this.bytes = Math.round(Math.min(mostBytes, Math.max(leastBytes, Math.min(fitting, this.bytes * 2))));
  }
}
