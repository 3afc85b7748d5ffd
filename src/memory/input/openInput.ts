// A file or stream of records, whatever its shape: JSONL, or one JSON document.

import type { Readable } from "node:stream";
import { CopycatError, errorMessage } from "../../errors.ts";
import {
  decodeUtf8,
  jsonErrorReason,
  LinePlaces,
  openBytes,
  sourceName,
  textLinesOf,
  withoutByteOrderMark,
} from "../../files/index.ts";
import type { RecordContext } from "./fileRecord.ts";
import { type Head, readHead } from "./head.ts";
import { listItems, readItem } from "./readDocument.ts";
import { readRecordLine } from "./readLines.ts";

export interface MemoryInput {
  /** The records from the first on, for `loadMemory`; of a stream once only. */
  read(signal?: AbortSignal): AsyncGenerator<unknown>;
  /** Where the record of that index (0 is the first) stands: `line 17`, `entries[3]`. */
  place(index: number): string;
}

/** A document beyond this is no file to hold in memory: a list of 50,000 entries with embeddings has 230 MB. */
const maxDocumentBytes = 256 * 1024 * 1024;

/**
 * Opens the records of a file (by its path) or stream, plain or packed with gzip or zstd. Nothing is read yet.
 *
 * JSONL, a record a line, is read in flat memory; a line that is no JSON comes out as a reject, and the rest goes on. A
 * rejects file is JSONL as well: its records are taken once they are mended. A JSON document is held in memory.
 *
 * @param options.linesOnly takes it for lines whatever it looks like, so that nothing is ever held whole
 *
 * `read` rejects with CopycatError UNREADABLE_SOURCE; INVALID_INPUT for a document that is no valid JSON or too large.
 *
 * @example
 * const input = openMemoryInput("entries.jsonl.gz", { kind: "entries", namespace: "default" });
 * await loadMemory(database, "entries", () => input.read());
 */
export function openMemoryInput(
  source: string | Readable,
  context: RecordContext,
  { linesOnly = false }: { linesOnly?: boolean } = {},
): MemoryInput {
  let places: Places = new LinePlaces();
  return {
    place: (index) => places.at(index),
    async *read(signal) {
      const chunks = openBytes(source);
      try {
        const document = linesOnly
          ? { bytes: [] }
          : await readDocument(
              await readHead(chunks, { kind: context.kind, maxDocumentBytes }),
              chunks,
              sourceName(source),
            );
        if ("items" in document) {
          const items = listItems(document.items, document.text, context.kind);
          places = { at: (index) => items[index]?.place ?? `record ${index}` };
          for (const item of items) yield readItem(item, context);
          return;
        }
        const lines = new LinePlaces();
        places = lines;
        const bytes = prepend(document.bytes, chunks);
        for await (const some of textLinesOf(
          bytes,
          sourceName(source),
          signal === undefined ? {} : { signal },
        )) {
          for (const line of some) {
            lines.add(line.line);
            yield readRecordLine(line, context);
          }
        }
      } finally {
        await chunks.return(undefined);
      }
    },
  };
}

async function* prepend(first: readonly Buffer[], rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield* first;
  yield* rest;
}

type Content = { items: unknown; text: string } | { bytes: readonly Buffer[] };

/** A document when it is one, else the bytes that were read to find out. */
async function readDocument(head: Head, chunks: AsyncGenerator<Buffer>, name: string): Promise<Content> {
  const { shape, bytes } = head;
  if (shape === "lines") return { bytes };
  let size = bytes.reduce((sum, chunk) => sum + chunk.length, 0);
  while (size <= maxDocumentBytes) {
    const next = await chunks.next();
    if (next.done) break;
    bytes.push(next.value);
    size += next.value.length;
  }
  if (size > maxDocumentBytes) {
    if (head.secondIsRecord) return { bytes };
    throw new CopycatError(
      "INVALID_INPUT",
      `${name} is one JSON document of more than ${maxDocumentBytes / 2 ** 20} MiB. Make it one record a line, which is ` +
        "read at any size: jq -c '.entries[]' FILE (of a list '.[]').",
    );
  }
  const text = decodeUtf8(withoutByteOrderMark(Buffer.concat(bytes)));
  if (text === null) throw new CopycatError("INVALID_INPUT", `${name} is not valid UTF-8.`);
  try {
    return { items: JSON.parse(text) as unknown, text };
  } catch (error) {
    if (head.secondIsRecord) return { bytes };
    throw new CopycatError("INVALID_INPUT", `${name} is not valid JSON: ${reasonOf(error, text)}.`, {
      cause: error,
    });
  }
}

/** With line and column: V8 counts characters. */
function reasonOf(error: unknown, text: string): string {
  const position = /at position (\d+)/.exec(errorMessage(error))?.[1];
  const reason = jsonErrorReason(error);
  if (position === undefined) return reason;
  const before = text.slice(0, Number(position)).split("\n");
  return `${reason.replace(/ \(line \d+ column \d+\)$/, "")} (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`;
}

interface Places {
  at(index: number): string;
}
