// Batches to one target, several of them in one COPY. After each COPY the server waits for the client to notice and to
// send the next one: with a COPY a batch that was 200 of 2,600 ms for embeddings.

import { Readable } from "node:stream";
import type { ClientBase } from "pg";
import type { Batch } from "./batch.ts";
import { CopySizer, defaultBatchRows } from "./batchSize.ts";
import {
  binaryHeader,
  binaryTrailer,
  type CopyTarget,
  copyUnderSavepoint,
  type EncodedRows,
  rollbackRows,
  sentPieces,
  suspectRow,
} from "./copyBatch.ts";
import { isRowRefusal } from "./rejects.ts";

export interface RunItem extends EncodedRows {
  batch: Batch;
}

export interface CopyRunHandler {
  /** These are in. */
  onStored(items: readonly RunItem[]): void;
  /**
   * A row of the run was refused, and none of it is in: each batch goes by itself.
   *
   * @param suspect place in the batch of the row that the server named
   */
  sendAlone(item: RunItem, suspect: number | undefined): Promise<void>;
}

/** Where a run goes. */
export interface RunTarget extends CopyTarget {
  /** Runs in the savepoint of a run that went in, and releases it. */
  onPart?: (() => Promise<void>) | undefined;
}

interface CopyRunOptions {
  batchRows?: number;
  signal?: AbortSignal;
}

/**
 * A COPY that waits for its source ends after so long: the source may be waiting for this very connection, and a COPY that
 * stands still for long holds back VACUUM for all.
 */
const patienceMs = 100;

export class CopyRuns {
  readonly #client: ClientBase;
  readonly #sizer: CopySizer;
  readonly #handler: CopyRunHandler;
  readonly #signal: AbortSignal | undefined;
  #run: { target: RunTarget; copy: OpenCopy } | undefined;
  #items: RunItem[] = [];
  #start = 0;
  #timer: NodeJS.Timeout | undefined;
  /** A run that ends because nothing came. */
  #ending: Promise<void> = Promise.resolve();

  constructor(client: ClientBase, { batchRows, signal }: CopyRunOptions, handler: CopyRunHandler) {
    this.#client = client;
    this.#sizer = new CopySizer(batchRows ?? defaultBatchRows);
    this.#signal = signal;
    this.#handler = handler;
  }

  get isOpen(): boolean {
    return this.#items.length > 0;
  }

  /**
   * Resolves when a run that ends by itself has ended, after which none does until a batch is added. Nobody else may use the
   * connection before.
   *
   * @throws what is no refusal of a row
   */
  async settled(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#ending;
  }

  /** Sends a batch, which has to be left as it is until it is stored. @throws what is no refusal of a row */
  async add(target: RunTarget, item: RunItem): Promise<void> {
    await this.settled();
    if (this.#run === undefined) {
      this.#start = performance.now();
      this.#run = { target, copy: new OpenCopy(this.#client, target, this.#signal) };
    }
    const { copy } = this.#run;
    this.#items.push(item);
    try {
      await copy.add(item);
    } catch (error) {
      return this.#sendAlone(error);
    }
    if (copy.bytes >= this.#sizer.bytes || copy.rows >= this.#sizer.rows) return this.end();
    this.#timer = setTimeout(() => {
      this.#ending = this.end();
      // Whoever adds or ends next is told.
      this.#ending.catch(() => undefined);
    }, patienceMs);
  }

  /** What was added is in, or refused. @throws what is no refusal of a row */
  async end(): Promise<void> {
    await this.settled();
    const run = this.#run;
    if (run === undefined) return;
    try {
      await run.copy.end(run.target);
      await run.target.onPart?.();
    } catch (error) {
      return this.#sendAlone(error);
    }
    this.#sizer.observe(run.copy.bytes, performance.now() - this.#start);
    this.#handler.onStored(this.#takeItems());
  }

  /** Leaves the connection usable when the load fails elsewhere. Never throws. */
  async abandon(error: unknown): Promise<void> {
    clearTimeout(this.#timer);
    await this.#run?.copy.abandon(error instanceof Error ? error : new Error(String(error)));
    await this.#ending.catch(() => undefined);
    this.#takeItems();
  }

  async #sendAlone(error: unknown): Promise<void> {
    if (!isRowRefusal(error)) {
      this.#takeItems();
      throw error;
    }
    let suspect = this.#run === undefined ? undefined : suspectRow(error, this.#run.target);
    await this.#client.query(rollbackRows);
    for (const item of this.#takeItems()) {
      this.#signal?.throwIfAborted();
      const isIn = suspect !== undefined && suspect >= 0 && suspect < item.rows;
      await this.#handler.sendAlone(item, isIn ? suspect : undefined);
      if (suspect !== undefined) suspect -= item.rows;
    }
  }

  #takeItems(): RunItem[] {
    const items = this.#items;
    this.#items = [];
    this.#run = undefined;
    return items;
  }
}

/** One COPY whose data come in parts. */
class OpenCopy {
  bytes = 0;
  rows = 0;
  readonly #done: Promise<void>;
  readonly #stop = new AbortController();
  readonly #source = new Readable({ objectMode: true, highWaterMark: 2, read: () => this.#feed() });
  #pieces: Buffer[] = [];
  #onTaken = (): void => undefined;

  constructor(client: ClientBase, target: RunTarget, signal: AbortSignal | undefined) {
    const data = { source: this.#source, rows: () => this.rows };
    this.#done = copyUnderSavepoint(client, target, data, {
      signal: signal === undefined ? this.#stop.signal : AbortSignal.any([this.#stop.signal, signal]),
      keepsSavepoint: target.onPart !== undefined,
    });
    // Whoever adds or ends next is told.
    this.#done.catch(() => undefined);
    if (target.format === "binary") this.#source.push(binaryHeader);
  }

  /** Resolves when the bytes are on their way. @throws why the COPY failed */
  async add({ bytes, rows }: EncodedRows): Promise<void> {
    this.bytes += bytes.length;
    this.rows += rows;
    const taken = new Promise<void>((resolve) => {
      this.#onTaken = resolve;
    });
    this.#pieces = [...sentPieces(bytes)];
    this.#feed();
    await Promise.race([taken, this.#done]);
  }

  async end({ format }: CopyTarget): Promise<void> {
    if (format === "binary") this.#source.push(binaryTrailer);
    this.#source.push(null);
    await this.#done;
  }

  /** Never throws; resolves when the connection is free. */
  async abandon(error: Error): Promise<void> {
    this.#stop.abort(error);
    await this.#done.catch(() => undefined);
  }

  #feed(): void {
    for (let piece = this.#pieces.shift(); piece !== undefined; piece = this.#pieces.shift()) {
      if (!this.#source.push(piece)) break;
    }
    if (this.#pieces.length === 0) this.#onTaken();
  }
}
