// Lines of text: UTF-8, without byte order mark, line ends and blank lines.

import { isAscii, isUtf8 } from "node:buffer";
import type { Readable } from "node:stream";
import { CopycatError } from "../errors.ts";
import { openBytes, sourceName } from "./openBytes.ts";
import { type ByteLine, splitLines } from "./splitLines.ts";

export interface LineOptions {
  /** Longer lines become problems; default 64 MiB. */
  maxLineBytes?: number;
  signal?: AbortSignal;
}

/** One line that is not blank; `line` counts from 1, blank lines included. */
export type TextLine =
  | { line: number; text: string }
  | {
      line: number;
      problem: { code: "line_too_long" | "invalid_utf8"; message: string };
      /** What there is of it; the first 1000 bytes when it is too long. */
      raw: string;
    };

export const defaultMaxLineBytes = 64 * 1024 * 1024;

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Reads the lines of a file or stream, optionally packed with gzip or zstd, in lists. A line that is no text comes
 * out as a problem, and the rest goes on; memory does not grow with the source.
 *
 * Rejects with CopycatError UNREADABLE_SOURCE when the source is missing, truncated or damaged, and with
 * CANCELLED when the signal fires.
 *
 * @example
 * for await (const lines of readTextLines("entries.jsonl.gz")) {
 *   for (const line of lines) if ("text" in line) console.log(line.line, line.text);
 * }
 */
export async function* readTextLines(
  source: string | Readable,
  options: LineOptions = {},
): AsyncGenerator<Iterable<TextLine>> {
  yield* textLinesOf(openBytes(source), sourceName(source), options);
}

/** As `readTextLines`, of bytes that are at hand already; `name` is for the message of a cancellation. */
export async function* textLinesOf(
  chunks: AsyncIterable<Buffer>,
  name: string,
  { maxLineBytes = defaultMaxLineBytes, signal }: LineOptions = {},
): AsyncGenerator<Iterable<TextLine>> {
  for await (const lines of splitLines(chunks, maxLineBytes)) {
    if (signal?.aborted) {
      throw new CopycatError("CANCELLED", `Reading ${name} was cancelled.`, { cause: signal.reason });
    }
    yield decodeLines(lines, maxLineBytes);
  }
}

/** Lines become text when they are asked for, so that a chunk of them is never held twice. */
function* decodeLines(lines: readonly ByteLine[], maxLineBytes: number): Generator<TextLine> {
  for (const line of lines) {
    const text = decodeLine(line, maxLineBytes);
    if (text !== null) yield text;
  }
}

/** Null for a blank line. */
function decodeLine({ line, bytes, isTooLong }: ByteLine, maxLineBytes: number): TextLine | null {
  if (isTooLong) {
    const message = `The line is longer than ${maxLineBytes} bytes.`;
    return { line, problem: { code: "line_too_long", message }, raw: bytes.toString() };
  }
  const content = line === 1 ? withoutByteOrderMark(bytes) : bytes;
  const text = decodeUtf8(content);
  if (text === null) {
    const message = "The line is not valid UTF-8.";
    return { line, problem: { code: "invalid_utf8", message }, raw: content.toString() };
  }
  return text.trim() === "" ? null : { line, text };
}

/** Null when it is not valid UTF-8. */
export function decodeUtf8(bytes: Buffer): string | null {
  // Most lines are ASCII, and those are copied instead of decoded.
  if (isAscii(bytes)) return bytes.toString("latin1");
  return isUtf8(bytes) ? bytes.toString("utf8") : null;
}

export function withoutByteOrderMark(bytes: Buffer): Buffer {
  return bytes.subarray(0, 3).equals(byteOrderMark) ? bytes.subarray(3) : bytes;
}
