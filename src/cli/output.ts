// Results to stdout, everything else to stderr.

import type { Log } from "../log.ts";

export function printResult(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  printResult(JSON.stringify(value, null, 2));
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
