// NDJSON, one node a line, as a stream of records and problems.

import { isAscii, isUtf8 } from "node:buffer";
import type { Readable } from "node:stream";
import { CopycatError } from "../../errors.ts";
import { openBytes, sourceName } from "./openBytes.ts";
import { readLine } from "./readLine.ts";
import { type ByteLine, splitLines } from "./splitLines.ts";
import type { NodeLine } from "./types.ts";

export interface ReadOptions {
  /** Longer lines become problems; default 64 MiB. */
  maxLineBytes?: number;
  signal?: AbortSignal;
}

const defaultMaxLineBytes = 64 * 1024 * 1024;

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Reads node records, one JSON object a line, from a file or a stream, optionally packed with gzip or zstd.
 * A line that cannot be taken comes out as a problem, and the rest goes on; memory does not grow with the file.
 *
 * Rejects with CopycatError UNREADABLE_SOURCE when the source is missing, truncated or damaged, and with
 * CANCELLED when the signal fires.
 *
 * @example
 * for await (const item of readNodeRecords("nodes.ndjson.gz")) {
 *   if ("record" in item) console.log(item.record.path);
 * }
 */
export async function* readNodeRecords(
  source: string | Readable,
  options: ReadOptions = {},
): AsyncGenerator<NodeLine> {
  const { maxLineBytes = defaultMaxLineBytes, signal } = options;
  for await (const lines of splitLines(openBytes(source), maxLineBytes)) {
    if (signal?.aborted) {
      throw new CopycatError("CANCELLED", `Reading ${sourceName(source)} was cancelled.`, {
        cause: signal.reason,
      });
    }
    for (const line of lines) {
      const item = readByteLine(line, maxLineBytes);
      if (item !== null) yield item;
    }
  }
}

/** Null for a blank line. */
function readByteLine({ line, bytes, isTooLong }: ByteLine, maxLineBytes: number): NodeLine | null {
  if (isTooLong) {
    const message = `The line is longer than ${maxLineBytes} bytes.`;
    return { line, problem: { code: "line_too_long", message }, raw: bytes.toString(), isJson: false };
  }
  const content = line === 1 ? withoutMark(bytes) : bytes;
  const text = decode(content);
  if (text === null) {
    const message = "The line is not valid UTF-8.";
    return { line, problem: { code: "invalid_utf8", message }, raw: content.toString(), isJson: false };
  }
  return text.trim() === "" ? null : { line, ...readLine(text) };
}

function decode(bytes: Buffer): string | null {
  // Most lines are ASCII, and those are copied instead of decoded.
  if (isAscii(bytes)) return bytes.toString("latin1");
  return isUtf8(bytes) ? bytes.toString("utf8") : null;
}

function withoutMark(bytes: Buffer): Buffer {
  return bytes.subarray(0, 3).equals(byteOrderMark) ? bytes.subarray(3) : bytes;
}
