// One pass over the input: its batches, and their way into the table.

import type { ClientBase, Pool } from "pg";
import { noteConnectionLoss } from "../database/index.ts";
import { type BatchBuilder, type LaneBatch, makeBatches } from "./batch.ts";
import { batchBytes, defaultBatchRows } from "./batchSize.ts";
import type { BulkLoadOptions, BulkReport } from "./loadOptions.ts";
import { LoadPath } from "./loadPath.ts";
import { LoadSession } from "./loadSession.ts";
import { makeBuilder, openTable } from "./openTable.ts";
import { orAbort, pump } from "./pump.ts";
import { isSmall, loadSmall } from "./smallLoad.ts";
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
  readonly #batches: AsyncGenerator<LaneBatch>;
  /** The first two batches, when they were looked at. */
  #head: IteratorResult<LaneBatch>[] = [];

  constructor(session: LoadSession, records: Records) {
    const { signal, batchRows = defaultBatchRows } = session.options;
    this.#session = session;
    this.#builder = makeBuilder(session.table, session.options);
    const { onProblem } = session;
    const routing = { builders: [this.#builder] };
    const most = { rows: batchRows, bytes: batchBytes };
    this.#batches = makeBatches(records, routing, most, { onProblem, signal });
  }

  /** Loads the whole input in one statement, when it is small; null when it is not, or a row has to be looked for. */
  async loadSmall(client: ClientBase, owner: object): Promise<BulkReport | null> {
    const { path, signal } = this.#session.options;
    const first = await this.#next();
    if (first.done === true || !isSmall(first.value)) return null;
    const second = await this.#next();
    if (path === "staged" || second.done !== true) return null;
    signal?.throwIfAborted();
    const report = await loadSmall(client, owner, this.#session, first.value);
    if (report !== null) this.#session.sent(first.value);
    return report;
  }

  /** Inside a transaction: all that goes in is in, and the rest is rejected. */
  async load(client: ClientBase): Promise<BulkReport> {
    const { signal } = this.#session.options;
    const path = new LoadPath(client, this.#session, (batch) => this.#builder.recycle(batch));
    let report: BulkReport;
    try {
      await pump(this.#rest(), (batch, isLast) => path.send(batch, isLast), signal);
      report = await path.finish();
    } catch (error) {
      await path.abandon(error);
      throw error;
    }
    // The last moment: whoever asked to stop while a statement ran must not find the rows in.
    signal?.throwIfAborted();
    return report;
  }

  /** Lets go of the source. Not awaited: one that is stuck would never answer. */
  close(): void {
    void this.#batches.return(undefined).catch(() => undefined);
  }

  async #next(): Promise<IteratorResult<LaneBatch>> {
    const result = await orAbort(this.#batches.next(), this.#session.options.signal);
    this.#head.push(result);
    return result;
  }

  async *#rest(): AsyncGenerator<LaneBatch> {
    const head = this.#head;
    this.#head = [];
    for (const { done, value } of head) {
      if (done === true) return;
      yield value;
    }
    yield* this.#batches;
  }
}
