// Many updates: checked and encoded while the server stores those before them, in by one COPY per table and batch.

import type { PoolClient } from "pg";
import { type BeforeCommit, type BulkReport, type MergePolicy, mergePolicies } from "../../bulk/index.ts";
import { type Database, withRetry, withTransaction } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import { addCounts, type BatchCounts, BatchWriter, noCounts, type WrittenBatch } from "./batchWriter.ts";
import type { CheckedUpdate } from "./checkUpdate.ts";
import { BatchReader, collectBatches, type UpdateBatch, type Updates } from "./collectBatches.ts";
import { RowBuffer } from "./copyRows.ts";
import { Dictionary, type DictionaryScope } from "./dictionary.ts";
import { IdRanges } from "./idRanges.ts";
import { lockScenario } from "./locks.ts";
import { RejectCounter, type RejectOptions } from "./rejects.ts";
import { resolveBatch } from "./resolveBatch.ts";
import type { LoadFollower, Snapshotter } from "./snapshots/snapshotter.ts";
import { explainStoreError } from "./sqlErrors.ts";

export interface StoreReport extends BulkReport {
  /** Arrays stored. */
  arrays: number;
  /** Bytes sent for them. */
  bytes: number;
}

export interface StoreProgress {
  /** Updates read so far. */
  updates: number;
  bytes: number;
  rejected: number;
  elapsedMs: number;
}

export interface StoreUpdatesOptions extends RejectOptions {
  /** What to do with updates whose dataset, timestamp and iteration are there already; default `skip`. */
  policy?: MergePolicy;
  /**
   * Commits after so many updates, or earlier after `batchBytes`, instead of once at the end. What was committed stays when the
   * rest fails; run again under `skip`, the rest goes in.
   */
  commitEvery?: number;
  /** Bytes of arrays in one COPY; default 4 MiB. */
  batchBytes?: number;
  onProgress?: (progress: StoreProgress) => void;
  /** Told when another load has the scenario and is waited for, and by whom it is held. */
  onNotice?: (message: string) => void;
  /** Stops at any moment; what was not committed is not there. */
  signal?: AbortSignal;
  /**
   * Called at the end of the transaction of the updates, inside it: for what must be in with them, or not at all. Not with
   * `commitEvery`.
   */
  beforeCommit?: BeforeCommit<StoreReport>;
}

/** What a batch costs once is little of it then: with 2 MiB 100,000 updates took a tenth longer, with 8 a twenty-fifth less. */
const defaultBatchBytes = 4 * 1024 * 1024;
const batchUpdates = 10_000;

/** From so many on the server is not left to plan by what it knew before, until autovacuum comes by. */
const analyzeFrom = 10_000;

const settings = `\
set local lock_timeout = 0;
set local idle_in_transaction_session_timeout = 0;
set local jit = off`;

interface Load {
  database: Database;
  scope: DictionaryScope;
  policy: MergePolicy;
  rejects: RejectCounter;
  own: IdRanges;
  rowBuffer: RowBuffer;
  follower: LoadFollower;
  /** Batches whose rejects were told: one that is tried again tells them once. */
  told: WeakSet<UpdateBatch>;
  signal: AbortSignal | undefined;
  onNotice: ((message: string) => void) | undefined;
}

/** @throws as `SimulationStore.storeUpdates` */
export async function storeUpdates(
  database: Database,
  { snapshotter, ...scope }: DictionaryScope & { snapshotter: Snapshotter },
  updates: Updates,
  options: StoreUpdatesOptions,
): Promise<StoreReport> {
  checkOptions(options);
  const { policy = "skip", commitEvery, batchBytes = defaultBatchBytes, signal, onProgress } = options;
  const rejects = new RejectCounter(options);
  const follower = snapshotter.follow();
  const load: Load = {
    database,
    scope,
    policy,
    rejects,
    own: new IdRanges(),
    rowBuffer: new RowBuffer(),
    follower,
    told: new WeakSet(),
    signal,
    onNotice: options.onNotice,
  };
  const limits = { bytes: batchBytes, updates: Math.min(batchUpdates, commitEvery ?? batchUpdates) };
  const batches = new BatchReader(collectBatches(updates, limits));
  const start = performance.now();
  let counts = noCounts();
  let read = 0;
  const done = (batch: UpdateBatch, added: BatchCounts): void => {
    counts = addCounts(counts, added);
    read += batch.updates.length + batch.rejects.length;
    const elapsedMs = performance.now() - start;
    onProgress?.({ updates: read, bytes: counts.bytes, rejected: rejects.rejected, elapsedMs });
  };
  const report = (): StoreReport => ({ read, ...counts, rejected: rejects.rejected });
  const atEnd = async (client: PoolClient): Promise<void> => options.beforeCommit?.(client, report());
  try {
    if (commitEvery === undefined) await inOneTransaction(load, batches, { done, atEnd });
    else await inParts(load, batches, done);
  } catch (error) {
    throw explainStoreError(error, "Updates could not be stored");
  }
  await follower.finish();
  if (counts.inserted >= analyzeFrom) await analyze(database, scope);
  return report();
}

type Done = (batch: UpdateBatch, counts: BatchCounts) => void;

/**
 * What the server need not wait for is done while it works on rows: the batch before is followed, the next one collected.
 * Done between the statements, this kept the server waiting for half of the time.
 */
async function inOneTransaction(
  load: Load,
  batches: BatchReader,
  { done, atEnd }: { done: Done; atEnd: (client: PoolClient) => Promise<void> },
): Promise<void> {
  await withTransaction(
    load.database,
    async (client) => {
      await lockScenario(client, load.scope, "alone", load.onNotice);
      const session = openSession(load, client);
      let written: readonly CheckedUpdate[] = [];
      const follow = (): void => {
        load.follower.add(written, session.dictionary);
        written = [];
      };
      for await (const batch of batches) {
        const { counts, stored } = await writeBatch(session, batch, () => {
          follow();
          batches.ahead();
        });
        follow();
        written = stored;
        done(batch, counts);
      }
      follow();
      await atEnd(client);
      refuseWhenAborted(load.signal);
    },
    settings,
  );
}

/** Each batch is a transaction, and tried again when it fails for a reason that passes. */
async function inParts(load: Load, batches: BatchReader, done: Done): Promise<void> {
  for await (const batch of batches) {
    const write = async (client: PoolClient) => {
      await lockScenario(client, load.scope, "shared", load.onNotice);
      const session = openSession(load, client);
      const written = await writeBatch(session, batch, () => batches.ahead());
      return { ...written, dictionary: session.dictionary };
    };
    const { counts, stored, dictionary } = await withRetry(
      () => withTransaction(load.database, write, settings),
      {
        ...(load.signal === undefined ? {} : { signal: load.signal }),
      },
    );
    load.follower.add(stored, dictionary);
    await load.follower.committed();
    done(batch, counts);
  }
}

interface Session {
  client: PoolClient;
  load: Load;
  dictionary: Dictionary;
  writer: BatchWriter;
}

function openSession(load: Load, client: PoolClient): Session {
  const { scope, policy, own, rowBuffer } = load;
  const writer = new BatchWriter(client, { tables: scope.tables, policy, own, rowBuffer });
  return { client, load, dictionary: new Dictionary(scope), writer };
}

async function writeBatch(session: Session, batch: UpdateBatch, onSent: () => void): Promise<WrittenBatch> {
  refuseWhenAborted(session.load.signal);
  session.writer.expect(batch.updates.length);
  const { updates, rejects } = await resolveBatch(session.client, session.dictionary, batch.updates);
  const all = [...batch.rejects, ...rejects].sort((a, b) => a.position - b.position);
  if (!session.load.told.has(batch)) {
    for (const reject of all) await session.load.rejects.tell(reject);
    session.load.told.add(batch);
  }
  await session.load.follower.meet(session.client, new Set(updates.map(({ dataset }) => dataset)));
  return session.writer.write(updates, onSent);
}

/** Who may not, need not: the updates are in. */
async function analyze({ pool }: Database, { tables }: DictionaryScope): Promise<void> {
  await pool.query(`analyze ${tables.into.update}, ${tables.into.updateArray}`).catch(() => undefined);
}

function refuseWhenAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new CopycatError("CANCELLED", "Cancelled; updates since the last commit were not stored.", {
      cause: signal.reason,
    });
  }
}

function checkOptions(options: StoreUpdatesOptions): void {
  const { policy = "skip", commitEvery, batchBytes, maxRejects, beforeCommit } = options;
  if (!mergePolicies.includes(policy)) {
    throw new CopycatError("USAGE", `Unknown policy "${policy}"; use ${mergePolicies.join(", ")}.`);
  }
  for (const [name, value] of Object.entries({ commitEvery, batchBytes })) {
    if (value !== undefined && (!Number.isSafeInteger(value) || value < 1)) {
      throw new CopycatError("USAGE", `${name} is ${value}; it must be a whole number of at least 1.`);
    }
  }
  if (maxRejects !== undefined && (!Number.isSafeInteger(maxRejects) || maxRejects < 0)) {
    throw new CopycatError("USAGE", `maxRejects is ${maxRejects}; it must be a whole number of at least 0.`);
  }
  if (beforeCommit !== undefined && commitEvery !== undefined) {
    throw new CopycatError(
      "USAGE",
      "beforeCommit needs one transaction for all updates; leave commitEvery out.",
    );
  }
}
