// Results to stdout, everything else to stderr.

import { errorCode } from "../errors.ts";
import type { Log } from "../log.ts";

export function printResult(text: string): void {
  process.stdout.write(`${text}\n`);
}

let listIsOpen = false;

/** Prints one document. Where `printJsonList` has begun one, the keys of `value` end it: a failure, too, makes it whole. */
export function printJson(value: object): void {
  const text = JSON.stringify(value, null, 2);
  printResult(listIsOpen ? `\n  ],\n${text.slice(2)}` : text);
  listIsOpen = false;
}

let readerIsGone = false;

/** Whoever reads stdout may leave early, as `head` does: that is no failure. Once a process. */
export function tolerateLeavingReader(): void {
  process.stdout.on("error", (error) => {
    if (errorCode(error) !== "EPIPE") throw error;
    readerIsGone = true;
  });
}

type Several<Item> = AsyncIterable<Item> | Iterable<Item>;

/** Prints bytes and texts as they come; waits for a slow reader, and stops when it has gone: then false. */
export async function printPieces(pieces: Several<Uint8Array | string>): Promise<boolean> {
  for await (const piece of pieces) {
    if (readerIsGone) break;
    if (!process.stdout.write(piece) && !readerIsGone) await drained();
  }
  return !readerIsGone;
}

/** As `printPieces`, a line each. */
export function printLines(lines: Several<string>): Promise<boolean> {
  return printPieces(
    (async function* () {
      for await (const line of lines) yield `${line}\n`;
    })(),
  );
}

/** Prints one document: a list, its elements as they come, a line each, and then the keys of `rest`. */
export async function printJsonList(
  name: string,
  elements: AsyncIterable<unknown>,
  rest: () => object,
): Promise<void> {
  if (await printPieces(listPieces(name, elements))) {
    printJson(listIsOpen ? rest() : { [name]: [], ...rest() });
  }
}

/** Nothing before the first element: what fails until then is a document of its own. */
async function* listPieces(name: string, elements: AsyncIterable<unknown>): AsyncGenerator<string> {
  let before = `{\n  ${JSON.stringify(name)}: [\n`;
  for await (const element of elements) {
    listIsOpen = true;
    yield `${before}    ${JSON.stringify(element)}`;
    before = ",\n";
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

const said = new Set<string>();

/** True when a notice named the process of the server: who waits for it need not be told again. */
export function hasTold(pid: number): boolean {
  return said.has(String(pid));
}

export function printNotice(text: string): void {
  for (const [, pid = ""] of text.matchAll(/\(pid (\d+)/g)) said.add(pid);
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
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : nouns}`;
}

export function formatDuration(elapsedMs: number): string {
  if (elapsedMs < 1000) return `${elapsedMs} ms`;
  // From 59,950 on a second more would read "60.0 s".
  if (elapsedMs < 59_950) return `${(elapsedMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(elapsedMs / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
