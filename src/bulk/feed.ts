// One pass over the input: its batches, and their way into the table.

import type { ClientBase, Pool } from "pg";
import { noteConnectionLoss } from "../database/index.ts";
import { type BatchBuilder, type LaneBatch, makeBatches } from "./batch.ts";
import { batchBytes, defaultBatchRows } from "./batchSize.ts";
import type { BulkLoadOptions, BulkReport } from "./loadOptions.ts";
import { LoadPath } from "./loadPath.ts";
import { LoadSession } from "./loadSession.ts";
import { lookAhead } from "./lookAhead.ts";
import { makeBuilder, openTable } from "./openTable.ts";
import { pump } from "./pump.ts";
import { loadSmall } from "./smallLoad.ts";
import type { Records, TableDescription } from "./types.ts";

/** Looks at the table and begins to read. @throws CopycatError when the description does not fit the table */
export async function openFeed(
  client: ClientBase | Pool,
  table: TableDescription,
  records: Records | (() => Records),
  options: BulkLoadOptions,
): Promise<Feed> {
  try {
    const session = new LoadSession(await openTable(client, table, options.policy, options.facts), options);
    return new Feed(session, typeof records === "function" ? records() : records);
  } catch (error) {
    noteConnectionLoss(error);
    throw error;
  }
}

export class Feed {
  readonly #session: LoadSession;
  readonly #builder: BatchBuilder;
  readonly #source: AsyncGenerator<LaneBatch>;
  /** What is left of them to load. */
  #batches: AsyncGenerator<LaneBatch>;

  constructor(session: LoadSession, records: Records) {
    const { signal, batchRows = defaultBatchRows } = session.options;
    this.#session = session;
    this.#builder = makeBuilder(session.table, session.options);
    const { onProblem } = session;
    const routing = { builders: [this.#builder] };
    const most = { rows: batchRows, bytes: batchBytes };
    this.#source = makeBatches(records, routing, most, { onProblem, signal });
    this.#batches = this.#source;
  }

  /**
   * Loads the whole input in one statement, when it is small; null when it is not, a row has to be looked for, or
   * something else goes into the transaction.
   */
  async loadSmall(client: ClientBase, owner: object): Promise<BulkReport | null> {
    const { path, signal, beforeCommit } = this.#session.options;
    if (beforeCommit !== undefined || path === "staged") return null;
    const { only, all } = await lookAhead(this.#source, signal);
    this.#batches = all;
    if (only === null) return null;
    signal?.throwIfAborted();
    const report = await loadSmall(client, owner, this.#session, only);
    if (report !== null) this.#session.sent(only);
    return report;
  }

  /** Inside a transaction: all that goes in is in, and the rest is rejected. */
  async load(client: ClientBase): Promise<BulkReport> {
    const { signal, beforeCommit } = this.#session.options;
    const path = new LoadPath(client, this.#session, (batch) => this.#builder.recycle(batch));
    let report: BulkReport;
    try {
      await pump(this.#batches, (batch, isLast) => path.send(batch, isLast), signal);
      report = await path.finish();
    } catch (error) {
      await path.abandon(error);
      throw error;
    }
    await beforeCommit?.(client, report);
    // The last moment: whoever asked to stop while a statement ran must not find the rows in.
    signal?.throwIfAborted();
    return report;
  }

  /** Lets go of the source. Not awaited: one that is stuck would never answer. */
  close(): void {
    void this.#source.return(undefined).catch(() => undefined);
  }
}
