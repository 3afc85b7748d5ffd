// Results to stdout, everything else to stderr.

import { errorCode } from "../errors.ts";
import type { Log } from "../log.ts";

export function printResult(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  printResult(JSON.stringify(value, null, 2));
}

let readerIsGone = false;

/** Whoever reads stdout may leave early, as `head` does: that is no failure. Once a process. */
export function tolerateLeavingReader(): void {
  process.stdout.on("error", (error) => {
    if (errorCode(error) !== "EPIPE") throw error;
    readerIsGone = true;
  });
}

/** Prints lines as they come; waits for a slow reader, and stops when it has gone. */
export async function printLines(lines: AsyncIterable<string> | Iterable<string>): Promise<void> {
  for await (const line of lines) {
    if (readerIsGone) break;
    if (!process.stdout.write(`${line}\n`) && !readerIsGone) await drained();
  }
}

/** As `printLines`, for bytes and texts that are printed as they are. */
export async function printPieces(pieces: Iterable<Uint8Array | string>): Promise<void> {
  for (const piece of pieces) {
    if (readerIsGone) break;
    if (!process.stdout.write(piece) && !readerIsGone) await drained();
  }
}

function drained(): Promise<void> {
  return new Promise((resolve) => {
    const events = ["drain", "error", "close"] as const;
    const finish = (): void => {
      for (const name of events) process.stdout.off(name, finish);
      resolve();
    };
    for (const name of events) process.stdout.on(name, finish);
  });
}

export function printNotice(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function makeLog(quiet: boolean): Log {
  return { notice: quiet ? () => undefined : (message) => printNotice(message) };
}

/** 1234567 as "1,234,567". */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** "1 file", "2 files". */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

export function formatDuration(elapsedMs: number): string {
  if (elapsedMs < 1000) return `${elapsedMs} ms`;
  // From 59,950 on a second more would read "60.0 s".
  if (elapsedMs < 59_950) return `${(elapsedMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(elapsedMs / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
