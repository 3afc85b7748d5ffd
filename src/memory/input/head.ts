// Is it a record a line, or one document? The first two lines tell.

import { withoutByteOrderMark } from "../../files/index.ts";
import type { MemoryKind } from "../types.ts";
import { isOneRecord } from "./readDocument.ts";
import { isObject } from "./readLines.ts";

export interface Head {
  shape: "lines" | "document";
  /** What was read to find out; of a document on one line that is all of it. */
  bytes: Buffer[];
  /** The second line is an object of its own: if the document is none after all, these are lines. */
  secondIsRecord: boolean;
}

/**
 * Reads until two lines that are not blank are there, or the end.
 *
 * An object on the first line and more lines after it are JSONL. A first line that is no JSON is a bad record, unless
 * it opens more than it closes, as the first line of an indented document does.
 */
export async function readHead(
  chunks: AsyncGenerator<Buffer>,
  { kind, maxDocumentBytes }: { kind: MemoryKind; maxDocumentBytes: number },
): Promise<Head> {
  const bytes: Buffer[] = [];
  const finder = new LineFinder();
  let size = 0;
  while (finder.lines < 2 && size <= maxDocumentBytes) {
    const next = await chunks.next();
    if (next.done) break;
    bytes.push(next.value);
    size += next.value.length;
    finder.add(next.value);
  }
  // What is no UTF-8 is refused later, in words; here replacement characters do.
  const [first = "", second] = firstLines(withoutByteOrderMark(Buffer.concat(bytes)).toString());
  const secondIsRecord = second !== undefined && isObject(parse(second));
  return { shape: shapeOf(first, second !== undefined, kind), bytes, secondIsRecord };
}

function shapeOf(first: string, hasMore: boolean, kind: MemoryKind): Head["shape"] {
  const value = parse(first);
  if (value === undefined) return isOpen(first) ? "document" : "lines";
  if (hasMore) return "lines";
  if (Array.isArray(value)) return "document";
  return isObject(value) && !isOneRecord(value, kind) ? "document" : "lines";
}

/** The first two lines that are not blank; the last one may be cut off, or not be there. */
function firstLines(text: string): string[] {
  const found: string[] = [];
  for (let start = 0; start < text.length && found.length < 2; ) {
    const end = text.indexOf("\n", start);
    const line = text.slice(start, end < 0 ? undefined : end);
    if (line.trim() !== "") found.push(line);
    start = end < 0 ? text.length : end + 1;
  }
  return found;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a line opens more braces and brackets than it closes, or ends within a string. */
function isOpen(line: string): boolean {
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < line.length; index++) {
    const character = line[index];
    if (isInString) {
      if (character === "\\") index += 1;
      else if (character === '"') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === "{" || character === "[") depth += 1;
    else if (character === "}" || character === "]") depth -= 1;
  }
  return depth > 0;
}

const lineFeed = 0x0a;

/** Counts lines that are not blank and have ended, chunk by chunk. */
class LineFinder {
  lines = 0;
  #isBlank = true;

  add(chunk: Buffer): void {
    let start = 0;
    for (
      let end = chunk.indexOf(lineFeed);
      end >= 0 && this.lines < 2;
      end = chunk.indexOf(lineFeed, start)
    ) {
      this.#look(chunk.subarray(start, end));
      if (!this.#isBlank) this.lines += 1;
      this.#isBlank = true;
      start = end + 1;
    }
    this.#look(chunk.subarray(start));
  }

  #look(part: Buffer): void {
    this.#isBlank &&= part.every((byte) => byte <= 0x20);
  }
}
