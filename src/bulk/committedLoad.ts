// A load that commits batch by batch: each batch and its line in the ledger in one transaction, so that whatever
// breaks, the load goes on exactly where it was. Batches are kept until they are in; each is tried again as a whole.

import { randomUUID } from "node:crypto";
import {
  type Database,
  ensureEngineTables,
  withCancel,
  withRetry,
  withTransaction,
} from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { words } from "../wording.ts";
import { type LaneBatch, makeBatches } from "./batch.ts";
import { makeLaneOf } from "./lanes.ts";
import { Ledger } from "./ledger.ts";
import type { BulkLoadOptions, BulkReport } from "./loadOptions.ts";
import { LoadPath } from "./loadPath.ts";
import { LoadSession } from "./loadSession.ts";
import { makeBuilder, openTable } from "./openTable.ts";
import { orAbort } from "./pump.ts";
import { BufferedRejects, RejectSink } from "./rejects.ts";
import type { ResolvedTable } from "./resolveTable.ts";
import { loadSettings } from "./settings.ts";
import { ledgerTable } from "./sql/ledger.ts";
import type { Records, TableDescription } from "./types.ts";

/** A batch is committed when it holds so many bytes, even before it has `commitEvery` rows: it is kept in memory. */
const mostBytes = 1 << 25;

export async function loadCommitting(
  database: Database,
  table: TableDescription,
  records: Records | (() => Records),
  options: BulkLoadOptions,
): Promise<BulkReport> {
  const loadId = options.loadId ?? `unnamed:${randomUUID()}`;
  const isNamed = options.loadId !== undefined;
  const entry = {
    loadId,
    target: `${table.schema}.${table.name}`,
    policy: options.policy,
    lanes: options.connections ?? 1,
  };
  // Also what stands around the batches survives a lost connection; all of it may be done twice.
  const { attempts, signal } = options;
  const retry = <Result>(work: () => Promise<Result>): Promise<Result> =>
    withRetry(work, { signal, afterUnknownOutcome: true, ...(attempts === undefined ? {} : { attempts }) });
  await retry(() => ensureEngineTables(database, ledgerTable));
  const { resolved, ledger } = await retry(() =>
    withTransaction(database, async (client) => ({
      resolved: await openTable(client, table, options.policy),
      ledger: await Ledger.open(client, entry),
    })),
  );
  if (!ledger.isFinished) {
    const load = new CommittedLoad(database, resolved, ledger, options);
    try {
      await load.run(typeof records === "function" ? records() : records);
    } catch (error) {
      throw addResumeHint(error, ledger, isNamed, signal);
    }
  }
  return retry(() => withTransaction(database, (client) => ledger.finish(client, !isNamed)));
}

class CommittedLoad {
  readonly #database: Database;
  readonly #table: ResolvedTable;
  readonly #ledger: Ledger;
  readonly #options: BulkLoadOptions;
  readonly #rejects: RejectSink;
  readonly #session: LoadSession;

  constructor(database: Database, table: ResolvedTable, ledger: Ledger, options: BulkLoadOptions) {
    this.#database = database;
    this.#table = table;
    this.#ledger = ledger;
    this.#options = options;
    this.#rejects = new RejectSink(options);
    this.#session = new LoadSession(table, options, this.#rejects);
  }

  async run(records: Records): Promise<void> {
    const { lanes } = this.#ledger.entry;
    // One lane's failure stops the others.
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, ...(this.#options.signal ? [this.#options.signal] : [])]);
    const builders = Array.from({ length: lanes }, () => makeBuilder(this.#table, this.#options));
    const batches = makeBatches(
      records,
      {
        builders,
        skipBefore: [...this.#ledger.positions],
        ...(lanes === 1 ? {} : { laneOf: makeLaneOf(this.#table, lanes) }),
      },
      { rows: this.#options.commitEvery ?? 1, bytes: mostBytes },
      { onProblem: this.#session.onProblem, signal },
    );
    const running: Promise<void>[] = Array.from({ length: lanes }, () => Promise.resolve());
    try {
      for (;;) {
        const { value: batch, done } = await orAbort(batches.next(), signal);
        if (done === true) break;
        await running[batch.lane];
        const work = this.#commit(batch, signal).then(() => builders[batch.lane]?.recycle(batch));
        work.catch((error: unknown) => stop.abort(error));
        running[batch.lane] = work;
      }
      await Promise.all(running);
    } catch (error) {
      void batches.return(undefined).catch(() => undefined);
      // What is on its way may arrive: when it was the source that failed, that is less to do again.
      await Promise.allSettled(running);
      throw error;
    }
  }

  async #commit(batch: LaneBatch, signal: AbortSignal): Promise<void> {
    const { attempts } = this.#options;
    await withRetry(() => this.#try(batch, signal), {
      signal,
      // The ledger knows.
      afterUnknownOutcome: true,
      ...(attempts === undefined ? {} : { attempts }),
    });
    this.#ledger.positions[batch.lane] = batch.end;
    this.#session.sent(batch);
  }

  async #try(batch: LaneBatch, signal: AbortSignal): Promise<void> {
    const rejects = new BufferedRejects(this.#rejects);
    const session = new LoadSession(this.#table, { ...this.#options, signal }, rejects, false);
    await withTransaction(
      this.#database,
      (client) =>
        withCancel(this.#database, client, signal, async () => {
          if (!(await this.#ledger.advance(client, batch.lane, batch.end))) return;
          const path = new LoadPath(client, session);
          await path.send(batch, true);
          await this.#ledger.addCounts(client, batch.lane, await path.finish());
          // Told before the commit: told twice is better than never.
          await rejects.tell();
          signal.throwIfAborted();
        }),
      loadSettings,
    );
  }
}

function addResumeHint(error: unknown, ledger: Ledger, isNamed: boolean, signal?: AbortSignal): unknown {
  if (!(error instanceof CopycatError) || signal?.aborted === true) return error;
  const { loadId } = ledger.entry;
  const at = `Records before ${ledger.positions.join(", ")} are in`;
  const next = isNamed ? `; the same loadId (${loadId}) goes on there.` : ".";
  return new CopycatError(error.code, words(error.wording, ` ${at}${next}`), {
    cause: error,
    details: error.details,
  });
}
