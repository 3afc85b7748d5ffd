// NDJSON, one node a line, as a stream of records and problems.

import type { Readable } from "node:stream";
import { type LineOptions, readTextLines, type TextLine } from "../../files/index.ts";
import { readLine } from "./readLine.ts";
import type { NodeLine } from "./types.ts";

export type ReadOptions = LineOptions;

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
  for await (const lines of readTextLines(source, options)) {
    for (const line of lines) yield readNodeLine(line);
  }
}

function readNodeLine(item: TextLine): NodeLine {
  if ("problem" in item) return { ...item, isJson: false };
  return { line: item.line, ...readLine(item.text) };
}
