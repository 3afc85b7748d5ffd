// Records -> batches of encoded rows. A batch keeps what a refusal needs: its records and their places.

import { setImmediate } from "node:timers/promises";
import { BinaryBuffer } from "./binaryBuffer.ts";
import type { CopyFormat } from "./copyRows.ts";
import type { RowEncoder } from "./encodeRows.ts";
import { RefusedRecord } from "./refusedRecord.ts";
import type { BulkRecord, Records, RowProblem } from "./types.ts";

export interface Batch {
  format: CopyFormat;
  /** Encoded rows, one after another; without the header and trailer of binary COPY. */
  bytes: Buffer;
  /** The records of the rows, in their order. */
  records: readonly BulkRecord[];
  /** Their places in the input. */
  positions: readonly number[];
  /** Records taken from the input, refused ones included. */
  read: number;
  rejected: number;
  /** Place after the last record taken. */
  end: number;
  /** False when a record is not what it was when it was encoded: its source has used it again for the next one. */
  isAsEncoded(): boolean;
  /** Cut because it had reached its size, so more is likely to come. */
  isFull: boolean;
}

/** Refused by the client; told before its batch is handed on. */
export type OnProblem = (position: number, problem: RowProblem, record: BulkRecord) => Promise<void>;

export class BatchBuilder {
  readonly #format: CopyFormat;
  readonly #encoder: RowEncoder;
  readonly #out = new BinaryBuffer();
  #records: BulkRecord[] = [];
  #positions: number[] = [];
  #read = 0;
  #rejected = 0;
  #end = 0;

  constructor(format: CopyFormat, encoder: RowEncoder) {
    this.#format = format;
    this.#encoder = encoder;
  }

  get read(): number {
    return this.#read;
  }

  get bytes(): number {
    return this.#out.position;
  }

  /** Encodes a record; the problem when it cannot be sent. */
  add(record: BulkRecord | RefusedRecord, position: number): RowProblem | null {
    this.#read += 1;
    this.#end = position + 1;
    const problem =
      record instanceof RefusedRecord ? refusedProblem(record) : this.#encoder.encode(record, this.#out);
    if (problem === null) {
      this.#records.push(record as BulkRecord);
      this.#positions.push(position);
    } else this.#rejected += 1;
    return problem;
  }

  /** Takes back a batch that is done with, for its memory. */
  recycle({ bytes }: Batch): void {
    this.#out.giveBack(bytes);
  }

  /** Hands out what was added and starts afresh. */
  take(isFull: boolean): Batch {
    const [bytes, records] = [this.#out.take(), this.#records];
    const batch: Batch = {
      format: this.#format,
      bytes,
      records,
      isAsEncoded: () => {
        const out = new BinaryBuffer(bytes.length);
        for (const record of records) this.#encoder.encode(record, out);
        return out.take().equals(bytes);
      },
      positions: this.#positions,
      read: this.#read,
      rejected: this.#rejected,
      end: this.#end,
      isFull,
    };
    this.#records = [];
    this.#positions = [];
    this.#read = 0;
    this.#rejected = 0;
    return batch;
  }
}

function refusedProblem({ code, message }: RefusedRecord): RowProblem {
  return { code, column: "", message };
}

/** So much is encoded before the event loop gets a turn, in which the batch before goes on to the server. */
const turnBytes = 16 * 1024;

export interface Routing {
  /** One builder a lane; batches of different lanes may be loaded side by side. */
  builders: readonly BatchBuilder[];
  /** The lane of a record; rows of one key always have the same. */
  laneOf?: (record: BulkRecord) => number;
  /** Records in front of these places, by lane, were loaded before and are passed over. */
  skipBefore?: readonly number[];
}

export interface LaneBatch extends Batch {
  lane: number;
}

/**
 * Cuts the input into batches. Sync iterables are read without a promise a record, which costs more than encoding
 * a small row does.
 *
 * @throws whatever the input throws; the signal's reason.
 */
export async function* makeBatches(
  records: Records,
  { builders, laneOf, skipBefore }: Routing,
  most: { rows: number; bytes: number },
  { onProblem, signal }: { onProblem: OnProblem; signal?: AbortSignal | undefined },
): AsyncGenerator<LaneBatch> {
  let position = -1;
  let turnAt = turnBytes;
  const isAsync = Symbol.asyncIterator in records;
  // All there at once: none is another one's object, used again.
  const asTheyAre = Array.isArray(records) ? { isAsEncoded: () => true } : {};
  const iterator = isAsync ? records[Symbol.asyncIterator]() : records[Symbol.iterator]();
  let isExhausted = false;
  try {
    for (;;) {
      const pending = iterator.next();
      const result = isAsync ? await pending : (pending as IteratorResult<BulkRecord>);
      if (result.done === true) break;
      position += 1;
      const lane = laneOf?.(result.value) ?? 0;
      if (position < (skipBefore?.[lane] ?? 0)) continue;
      const builder = builders[lane] as BatchBuilder;
      const problem = builder.add(result.value, position);
      if (problem !== null) await onProblem(position, problem, result.value);
      if (builder.read >= most.rows || builder.bytes >= most.bytes) {
        yield { lane, ...builder.take(true), ...asTheyAre };
        turnAt = turnBytes;
        signal?.throwIfAborted();
      } else if (builder.bytes >= turnAt) {
        turnAt = builder.bytes + turnBytes;
        await setImmediate();
        signal?.throwIfAborted();
      }
    }
    isExhausted = true;
    for (const [lane, builder] of builders.entries()) {
      if (builder.read > 0) yield { lane, ...builder.take(false), ...asTheyAre };
    }
  } finally {
    // The source may hold a file or a connection.
    if (!isExhausted) await iterator.return?.();
  }
}
