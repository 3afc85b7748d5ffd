// Streams lines of COPY text to the server: large chunks, backpressure, and a count that must agree.

import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { PoolClient } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { quoteIdentifier } from "../database/identifiers.ts";
import { CopycatError } from "../errors.ts";

/**
 * pg-copy-streams sends each chunk as a message of its own: 1 M rows took 4.1 s with one row a write,
 * 0.29 s with 64 KiB.
 */
export const chunkBytes = 64 * 1024;

export type CopyFormat = "text" | "binary";

/** `copy "schema"."table" ("a", "b") from stdin`; the server's default format is text. */
export function copyStatement(
  table: readonly string[],
  columns: readonly string[],
  format: CopyFormat = "text",
): string {
  const names = columns.map((column) => quoteIdentifier(column)).join(", ");
  const how = format === "binary" ? " with (format binary)" : "";
  return `copy ${quoteIdentifier(...table)} (${names}) from stdin${how}`;
}

export interface CopyResult {
  rows: number;
  bytes: number;
}

/** Whole rows in the format of the COPY. */
export interface CopyChunk {
  bytes: Buffer;
  rows: number;
}

/**
 * Sends chunks of about `chunkBytes`; resolves when the server has them all.
 *
 * @throws the server's error, or the source's (COPY is then failed on the server as well). Inside a transaction
 * only `rollback` helps after that. CopycatError INTERNAL when the server counts other rows than were sent: a
 * line that is exactly `\.` ends a text COPY early and silently, so the count is the proof that none was cut.
 */
export async function copyChunks(
  client: PoolClient,
  statement: string,
  chunks: AsyncIterable<CopyChunk> | Iterable<CopyChunk>,
  signal?: AbortSignal,
): Promise<CopyResult> {
  const sent: CopyResult = { rows: 0, bytes: 0 };
  const stream = client.query(copyFrom(statement));
  await pipeline(Readable.from(count(chunks, sent), { objectMode: true, highWaterMark: 2 }), stream, {
    ...(signal === undefined ? {} : { signal }),
  });
  if (stream.rowCount !== sent.rows) {
    throw new CopycatError(
      "INTERNAL",
      `COPY sent ${sent.rows} rows, the server stored ${stream.rowCount}. Nothing was changed; please report this.`,
    );
  }
  return sent;
}

async function* count(
  chunks: AsyncIterable<CopyChunk> | Iterable<CopyChunk>,
  sent: CopyResult,
): AsyncGenerator<Buffer> {
  for await (const { bytes, rows } of chunks) {
    sent.rows += rows;
    sent.bytes += bytes.length;
    yield bytes;
  }
}

/** `copyChunks` of lines made by `makeRowEncoder`. */
export function copyLines(
  client: PoolClient,
  statement: string,
  lines: AsyncIterable<string> | Iterable<string>,
  signal?: AbortSignal,
): Promise<CopyResult> {
  return copyChunks(client, statement, joinLines(lines), signal);
}

async function* joinLines(lines: AsyncIterable<string> | Iterable<string>): AsyncGenerator<CopyChunk> {
  let text = "";
  let rows = 0;
  for await (const line of lines) {
    text += line;
    rows += 1;
    if (text.length < chunkBytes) continue;
    yield { bytes: Buffer.from(text), rows };
    text = "";
    rows = 0;
  }
  if (rows > 0) yield { bytes: Buffer.from(text), rows };
}
