// A batch on its way to the server; when the server refuses it, halves of it, until single rows are left.

import { Readable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import type { ClientBase } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { CopycatError } from "../errors.ts";
import { type CopyFormat, chunkBytes, copyStatement } from "./copyRows.ts";
import { isRowRefusal } from "./rejects.ts";
import { rowOffsets } from "./rowOffsets.ts";

/** "PGCOPY\n\xff\r\n\0", flags, length of the header's extension. */
export const binaryHeader = Buffer.from("5047434f50590aff0d0a000000000000000000", "hex");
export const binaryTrailer = Buffer.from("ffff", "hex");

export interface CopyTarget {
  /** Parts of the table's name. */
  table: readonly string[];
  columns: readonly string[];
  format: CopyFormat;
}

export interface EncodedRows {
  bytes: Buffer;
  rows: number;
}

/** What a COPY is to send. */
export interface CopyData {
  source: Readable | Buffer;
  /** How many rows that were; asked when all is sent. */
  rows: () => number;
}

/**
 * One COPY under a savepoint: three statements in one message, which spares two of three round trips.
 *
 * @throws the server's error, with the savepoint still set; CopycatError INTERNAL when the server stored another
 * number of rows than was sent
 */
export async function copyUnderSavepoint(
  client: ClientBase,
  target: CopyTarget,
  data: CopyData,
  { signal, keepsSavepoint }: { signal: AbortSignal | undefined; keepsSavepoint: boolean },
): Promise<void> {
  const copy = copyStatement(target.table, target.columns, target.format);
  const release = keepsSavepoint ? "" : `; ${releaseRows}`;
  await sendCopy(client, `savepoint copycat_rows; ${copy}${release}`, data, signal);
}

export const releaseRows = "release savepoint copycat_rows";
export const rollbackRows = `rollback to savepoint copycat_rows; ${releaseRows}`;

/** One COPY, and nothing around it. @throws as above */
export async function copyAtOnce(
  client: ClientBase,
  target: CopyTarget,
  encoded: EncodedRows,
): Promise<void> {
  const statement = copyStatement(target.table, target.columns, target.format);
  await sendCopy(client, statement, wholeCopy(encoded, target.format));
}

async function sendCopy(
  client: ClientBase,
  statement: string,
  { source, rows }: CopyData,
  signal?: AbortSignal,
): Promise<void> {
  const stream = client.query(copyFrom(statement));
  // All in one write where it is little: a pipeline's own work is a third of what 10 rows take.
  if (Buffer.isBuffer(source)) await finished(stream.end(source));
  else await pipeline(source, stream, signal === undefined ? {} : { signal });
  if (stream.rowCount !== rows()) {
    throw new CopycatError(
      "INTERNAL",
      `COPY sent ${rows()} rows, the server stored ${stream.rowCount}. Nothing was changed; please report this.`,
    );
  }
}

function wholeCopy({ bytes, rows }: EncodedRows, format: CopyFormat): CopyData {
  const pieces =
    format === "binary" ? [binaryHeader, ...sentPieces(bytes), binaryTrailer] : sentPieces(bytes);
  const source =
    bytes.length <= chunkBytes
      ? Buffer.concat([...pieces])
      : Readable.from(pieces, { objectMode: true, highWaterMark: 4 });
  return { source, rows: () => rows };
}

/**
 * Of bytes that lie ready. Node hands one chunk to the socket in a turn of its event loop, and in each turn some of the
 * next batch is encoded: with 64 KiB the server was kept waiting for half of its time.
 */
const sentPieceBytes = 512 * 1024;

export function* sentPieces(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += sentPieceBytes) {
    yield bytes.subarray(start, start + sentPieceBytes);
  }
}

export interface Refusal {
  /** Place of the row in the batch. */
  index: number;
  error: unknown;
}

/** Below so many rows, row by row takes fewer commands than halving does when more than one row is bad. */
const singlesBelow = 8;

/**
 * Which row of a COPY the server stopped at, from the error's context ("COPY items, line 4711"): a hint, since its words are
 * the server's language. Foreign keys are checked after the last row and have none.
 */
export function suspectRow(error: unknown, { table }: CopyTarget): number | undefined {
  const { where } = error as { where?: unknown };
  const start = `COPY ${table.at(-1)}`;
  if (typeof where !== "string" || !where.startsWith(start)) return undefined;
  const line = Number(/^,[^\d:]*(\d+)/.exec(where.slice(start.length))?.[1] ?? Number.NaN);
  return Number.isSafeInteger(line) && line > 0 ? line - 1 : undefined;
}

export interface BisectOptions {
  /** A row that was refused before, in a larger COPY: the rows around it are sent without it. */
  suspect?: number | undefined;
  /** Errors that are not a row's own fault though their SQLSTATE says so: thrown, with none of the rows in. */
  rethrow?: (error: unknown) => boolean;
  /** Runs in the savepoint of each part that went in, and releases it. */
  onPart?: () => Promise<void>;
  signal?: AbortSignal | undefined;
}

/**
 * Sends rows in as few commands as a refusal allows: all at once, else what is before and after the row that the server
 * names, else, when it names none or not the right one, in halves: 2 log2(n) commands.
 *
 * @returns the rows that the server refused; all others are in
 */
export async function copyOrBisect(
  client: ClientBase,
  target: CopyTarget,
  encoded: EncodedRows,
  options: BisectOptions = {},
): Promise<Refusal[]> {
  if (encoded.rows === 0) return [];
  let { suspect } = options;
  if (suspect === undefined) {
    const refusal = await trySend(client, target, encoded, options);
    if (refusal === null) return [];
    if (encoded.rows === 1) return [{ index: 0, error: refusal.error }];
    suspect = suspectRow(refusal.error, target);
  }
  const refusals: Refusal[] = [];
  const offsets = rowOffsets(encoded.bytes, target.format);
  let trustsHints = true;
  const sendParts = async (from: number, to: number, hint: number | undefined): Promise<void> => {
    for (const [first, last] of splitAt(from, to, trustsHints ? hint : undefined)) {
      options.signal?.throwIfAborted();
      const part = { bytes: encoded.bytes.subarray(offsets[first], offsets[last]), rows: last - first };
      const refused = await trySend(client, target, part, options);
      // A hint that was wrong once: from here on halves, or single rows would be split off one by one.
      if (first === hint && last === first + 1 && refused === null) trustsHints = false;
      if (refused === null) continue;
      const next = suspectRow(refused.error, target);
      if (last - first === 1) refusals.push({ index: first, error: refused.error });
      else await sendParts(first, last, next === undefined ? undefined : first + next);
    }
  };
  await client.query("savepoint copycat_parts");
  try {
    await sendParts(0, encoded.rows, suspect);
  } catch (error) {
    if (options.rethrow?.(error) === true) await client.query("rollback to savepoint copycat_parts");
    throw error;
  }
  await client.query("release savepoint copycat_parts");
  return refusals;
}

/** Around the row `at`, when it is one of them; else in halves, or single rows when there are few. */
function splitAt(from: number, to: number, at: number | undefined): [number, number][] {
  if (at === undefined || at < from || at >= to || to - from <= 2) return split(from, to);
  const parts: [number, number][] = [
    [from, at],
    [at, at + 1],
    [at + 1, to],
  ];
  return parts.filter(([first, last]) => last > first);
}

/** Null when the rows are in, else why they are not; any other error is thrown. */
async function trySend(
  client: ClientBase,
  target: CopyTarget,
  rows: EncodedRows,
  { rethrow, onPart, signal }: BisectOptions,
): Promise<{ error: unknown } | null> {
  try {
    const data = wholeCopy(rows, target.format);
    await copyUnderSavepoint(client, target, data, { signal, keepsSavepoint: onPart !== undefined });
    await onPart?.();
  } catch (error) {
    if (!isRowRefusal(error)) throw error;
    await client.query(rollbackRows);
    if (rethrow?.(error) === true) throw error;
    return { error };
  }
  return null;
}

/** Halves, or single rows when there are few. */
export function split(from: number, to: number): [number, number][] {
  if (to - from <= singlesBelow) {
    return Array.from({ length: to - from }, (_unused, index) => [from + index, from + index + 1]);
  }
  const middle = (from + to) >>> 1;
  return [
    [from, middle],
    [middle, to],
  ];
}
