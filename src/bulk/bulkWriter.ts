// Records one by one, for programs that come upon them one by one: accumulate, then commit.

import type { PoolClient } from "pg";
import { type Database, withTransaction } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { defaultBatchRows } from "./batchSize.ts";
import { bulkLoad } from "./bulkLoad.ts";
import { type BulkLoadOptions, type BulkReport, checkLoadOptions, emptyReport } from "./loadOptions.ts";
import { loadSettings } from "./settings.ts";
import { countNames } from "./sql/ledger.ts";
import type { BulkRecord, TableDescription } from "./types.ts";

/** As for `bulkLoad`, but for what belongs to a load of its own pace or its own transaction. */
export type BulkWriterOptions = Omit<
  BulkLoadOptions,
  "commitEvery" | "loadId" | "connections" | "attempts" | "totalRows" | "onRestart" | "beforeCommit"
>;

/**
 * Takes records one by one and writes them in batches, all in one transaction that `close` commits. Until then nobody
 * else sees them; left without `close`, by an exception for instance, nothing was written.
 *
 * Each flush settles its own duplicates; a key of an earlier flush is one that is there already.
 *
 * @example
 * await using writer = new BulkWriter(database, table, { policy: "skip" });
 * for (const sample of samples) await writer.add({ id: sample.id, label: sample.name });
 * const report = await writer.close();
 */
export class BulkWriter implements AsyncDisposable {
  readonly #database: Database;
  readonly #table: TableDescription;
  readonly #options: BulkWriterOptions;
  readonly #report = emptyReport();
  readonly #flushRows: number;
  #records: BulkRecord[] = [];
  /** Records of earlier flushes. */
  #flushed = 0;
  #transaction: OpenTransaction | undefined;
  #state: "open" | "closed" | "failed" = "open";
  /** Calls run one after the other, whether they are awaited or not. */
  #queue: Promise<unknown> = Promise.resolve();

  /** @throws CopycatError USAGE, before anything is taken. */
  constructor(database: Database, table: TableDescription, options: BulkWriterOptions) {
    checkLoadOptions(options);
    this.#database = database;
    this.#table = table;
    this.#options = options;
    this.#flushRows = options.batchRows ?? defaultBatchRows;
  }

  /** Takes a record; await it, so that memory stays bounded. It must not be changed afterwards. */
  async add(record: BulkRecord): Promise<void> {
    this.#assertOpen();
    this.#records.push(record);
    if (this.#records.length >= this.#flushRows) await this.flush();
  }

  /** Sends what was added to the server, inside the transaction; the counts so far. */
  flush(): Promise<BulkReport> {
    this.#assertOpen();
    return this.#enqueue(async () => {
      const records = this.#records;
      this.#records = [];
      if (records.length > 0) await this.#write(records);
      return { ...this.#report };
    });
  }

  /** Sends the rest and commits; the counts of the whole. */
  async close(): Promise<BulkReport> {
    const report = await this.flush();
    this.#state = "closed";
    await this.#transaction?.commit();
    return report;
  }

  /** Rolls back; nothing was written. */
  async cancel(): Promise<void> {
    if (this.#state === "open") this.#state = "failed";
    await this.#queue.catch(() => undefined);
    await this.#transaction?.rollback();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state !== "closed") await this.cancel();
  }

  #assertOpen(): void {
    if (this.#state === "open") return;
    const why = this.#state === "closed" ? "is closed" : "has failed; nothing was written";
    throw new CopycatError("USAGE", `This writer ${why}. Make another one.`);
  }

  #enqueue<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async #write(records: readonly BulkRecord[]): Promise<void> {
    try {
      this.#transaction ??= await openTransaction(this.#database);
      const report = await bulkLoad(this.#transaction.client, this.#table, records, this.#flushOptions());
      for (const name of countNames) this.#report[name] += report[name];
      this.#flushed += records.length;
    } catch (error) {
      this.#state = "failed";
      await this.#transaction?.rollback();
      throw error;
    }
  }

  /** Positions and limits count over all flushes. */
  #flushOptions(): BulkLoadOptions {
    const { onReject, maxRejects, ...others } = this.#options;
    const flushed = this.#flushed;
    return {
      ...others,
      ...(maxRejects === undefined ? {} : { maxRejects: maxRejects - this.#report.rejected }),
      ...(onReject === undefined
        ? {}
        : { onReject: (reject) => onReject({ ...reject, position: reject.position + flushed }) }),
    };
  }
}

interface OpenTransaction {
  client: PoolClient;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

class RolledBack extends Error {}

/** A transaction that stays open until it is told how to end. */
async function openTransaction(database: Database): Promise<OpenTransaction> {
  let end: { commit: () => void; rollback: (error: Error) => void } | undefined;
  const ending = new Promise<void>((resolve, reject) => {
    end = { commit: resolve, rollback: reject };
  });
  return new Promise((resolve, reject) => {
    const work = async (client: PoolClient): Promise<void> => {
      resolve({
        client,
        commit: () => {
          end?.commit();
          return finished;
        },
        rollback: () => {
          end?.rollback(new RolledBack());
          return finished.catch((error: unknown) => {
            if (!(error instanceof RolledBack)) throw error;
          });
        },
      });
      await ending;
    };
    const finished = withTransaction(database, work, loadSettings);
    finished.catch(reject);
  });
}
