// Batches of resolved updates into the tables, in one transaction, as the policy says.

import type { PoolClient } from "pg";
import type { MergePolicy } from "../../bulk/index.ts";
import { CopycatError } from "../../errors.ts";
import type { CheckedUpdate } from "./checkUpdate.ts";
import { type ArrayRow, copyArrays, copyUpdates, RowBuffer, type UpdateRow } from "./copyRows.ts";
import { findSame } from "./findSame.ts";
import type { IdRanges } from "./idRanges.ts";
import {
  compareKeys,
  type FoundUpdate,
  findUpdates,
  isSorted,
  type KeyOf,
  keyText,
  lastKey,
  reserveIds,
} from "./keys.ts";
import { type SharedArray, SharedArrays } from "./sharedArrays.ts";
import { isTaken } from "./sqlErrors.ts";
import { andShard, type Tables } from "./tables.ts";

/** What became of a batch, rejects left aside. */
export interface BatchCounts {
  inserted: number;
  updated: number;
  unchanged: number;
  skipped: number;
  duplicates: number;
  arrays: number;
  bytes: number;
}

export const noCounts = (): BatchCounts => ({
  inserted: 0,
  updated: 0,
  unchanged: 0,
  skipped: 0,
  duplicates: 0,
  arrays: 0,
  bytes: 0,
});

export interface WrittenBatch {
  counts: BatchCounts;
  /** What went in. */
  stored: CheckedUpdate[];
}

interface BatchWriterOptions {
  tables: Tables;
  policy: MergePolicy;
  /** Ids of what the same input brought before. */
  own: IdRanges;
  /** That of the batches before. */
  rowBuffer?: RowBuffer;
}

export class BatchWriter {
  readonly #client: PoolClient;
  readonly #tables: Tables;
  readonly #policy: MergePolicy;
  readonly #own: IdRanges;
  readonly #rowBuffer: RowBuffer;
  readonly #sharedArrays = new SharedArrays();
  #reserved: Promise<number[]> | null = null;
  #wasNew = true;
  /** Last keys by dataset: what comes after them is new unless somebody else writes. */
  readonly #last = new Map<number, Omit<KeyOf, "datasetId"> | null>();

  constructor(client: PoolClient, { tables, policy, own, rowBuffer = new RowBuffer() }: BatchWriterOptions) {
    this.#client = client;
    this.#tables = tables;
    this.#policy = policy;
    this.#own = own;
    this.#rowBuffer = rowBuffer;
  }

  /** Has the server reserve ids while the client looks at a batch: not where the one before was there already. */
  expect(updates: number): void {
    if (!this.#wasNew) return;
    this.#reserved = reserveIds(this.#client, this.#tables.into.update, updates);
    // Looked at when the batch goes in, or never.
    this.#reserved.catch(() => undefined);
  }

  /**
   * @param onSent called when all is on its way, and the server has work for a while
   * @returns counts, and the updates that went in
   * @throws CopycatError CONFLICT under the policy `error`; nothing of the transaction can be kept then
   */
  async write(batch: readonly CheckedUpdate[], onSent?: () => void): Promise<WrittenBatch> {
    const counts = noCounts();
    const once = this.#settle(batch, counts);
    for (let attempt = 1; ; attempt++) {
      const isNew = attempt === 1 && (await this.#areNew(once));
      const tried = noCounts();
      const wanted = isNew ? once : await this.#withoutFound(once, tried);
      const stored = await this.#insert(wanted, tried, onSent);
      this.#wasNew = isNew;
      // Somebody else was faster with one of the keys: now they are there to be found.
      if (stored === null && attempt < 10) continue;
      if (stored === null)
        throw new CopycatError("DATABASE", "Others kept storing the same updates. Run it again.");
      tried.inserted += stored.length - tried.updated;
      return { counts: addCounts(counts, tried), stored };
    }
  }

  /** Of several updates of one key the first counts under `skip`, the last under `update`. */
  #settle(batch: readonly CheckedUpdate[], counts: BatchCounts): CheckedUpdate[] {
    const byKey = new Map<string, CheckedUpdate>();
    for (const update of batch) {
      const key = keyText(update);
      const known = byKey.get(key);
      if (known !== undefined) {
        if (this.#policy === "error") throw conflict(update, "stands twice in the input");
        counts.duplicates += 1;
        if (this.#policy === "skip") continue;
      }
      byKey.set(key, update);
    }
    return [...byKey.values()];
  }

  /** True when all come after what their datasets have, as the updates of a run do. */
  async #areNew(updates: readonly CheckedUpdate[]): Promise<boolean> {
    for (const { datasetId, timestamp, iteration } of updates) {
      let last = this.#last.get(datasetId);
      if (last === undefined) {
        last = await lastKey(this.#client, this.#tables, datasetId);
        this.#last.set(datasetId, last);
      }
      if (last === null) continue;
      if (timestamp < last.timestamp || (timestamp === last.timestamp && iteration <= last.iteration))
        return false;
    }
    return true;
  }

  async #withoutFound(updates: readonly CheckedUpdate[], counts: BatchCounts): Promise<CheckedUpdate[]> {
    const found = await findUpdates(this.#client, this.#tables, updates, { lock: this.#policy === "update" });
    if (found.size === 0) return [...updates];
    const old: { update: CheckedUpdate; found: FoundUpdate }[] = [];
    const wanted = updates.filter((update) => {
      const there = found.get(keyText(update));
      if (there === undefined) return true;
      if (this.#policy === "error") throw conflict(update, "is there already");
      old.push({ update, found: there });
      return false;
    });
    if (this.#policy === "skip") {
      for (const { found } of old) counts[this.#own.has(found.id) ? "duplicates" : "skipped"] += 1;
      return wanted;
    }
    const same = await findSame(this.#client, this.#tables, old);
    const changed = old.filter(({ found }) => !same.has(found.id));
    for (const { found } of old) {
      if (this.#own.has(found.id)) counts.duplicates += 1;
      else counts[same.has(found.id) ? "unchanged" : "updated"] += 1;
    }
    // Replaced, not changed: the arrays of an id are the same for ever, which is what snapshots go by.
    const ids = changed.map(({ found }) => found.id);
    if (ids.length > 0) {
      const which = `id = any($1::bigint[])${andShard(this.#tables)}`;
      await this.#client.query(`delete from ${this.#tables.into.update} where ${which}`, [ids]);
    }
    counts.inserted -= changed.filter(({ found }) => this.#own.has(found.id)).length;
    return [...wanted, ...changed.map(({ update }) => update)];
  }

  /** Null when another session stored one of the keys meanwhile: nothing of the batch is in then. */
  async #insert(
    updates: readonly CheckedUpdate[],
    counts: BatchCounts,
    onSent: (() => void) | undefined,
  ): Promise<CheckedUpdate[] | null> {
    if (updates.length === 0) return [];
    const sorted = isSorted(updates) ? [...updates] : [...updates].sort(compareKeys);
    const ids = await this.#newIds(updates.length);
    for (const [index, update] of sorted.entries()) update.id = ids[index] as number;
    await this.#share(sorted, counts);
    const rows = { updates: updateRows(sorted), arrays: ownArrays(sorted) };
    try {
      const options = { tables: this.#tables, rowBuffer: this.#rowBuffer };
      counts.bytes += await copyUpdates(this.#client, options, rows, onSent);
    } catch (error) {
      if (!isTaken(error)) throw error;
      await this.#client.query("rollback to savepoint copycat_updates; release savepoint copycat_updates");
      return null;
    }
    this.#sharedArrays.letGo();
    for (const { id, arrays, datasetId, timestamp, iteration } of sorted) {
      counts.arrays += arrays.length;
      this.#own.add(id);
      const last = this.#last.get(datasetId);
      if (last === undefined) continue;
      if (
        last === null ||
        timestamp > last.timestamp ||
        (timestamp === last.timestamp && iteration > last.iteration)
      ) {
        this.#last.set(datasetId, { timestamp, iteration });
      }
    }
    return sorted;
  }

  async #newIds(count: number): Promise<readonly number[]> {
    const reserved = (await this.#reserved) ?? [];
    this.#reserved = null;
    return reserved.length >= count ? reserved : reserveIds(this.#client, this.#tables.into.update, count);
  }

  /** What updates share goes in first, outside of the savepoint: a second attempt finds it there. */
  async #share(updates: readonly CheckedUpdate[], counts: BatchCounts): Promise<void> {
    const toStore = new Set<SharedArray>();
    for (const { arrays } of updates) this.#sharedArrays.share(arrays, toStore);
    if (toStore.size === 0) return;
    const ids = await reserveIds(this.#client, this.#tables.into.sharedArray, toStore.size);
    const rows: ArrayRow[] = [];
    for (const shared of toStore) {
      const { attributeId, array, facts } = shared;
      shared.id = ids[rows.length] as number;
      rows.push({ owner: shared.id, attributeId, array: { plain: array, facts } });
    }
    const target = { tables: this.#tables, table: "shared_array", rowBuffer: this.#rowBuffer } as const;
    counts.bytes += await copyArrays(this.#client, target, rows);
  }
}

function* updateRows(updates: readonly CheckedUpdate[]): Generator<UpdateRow> {
  for (const { id, datasetId, timestamp, iteration, origin, arrays } of updates) {
    let sharedArrays: number[] | null = null;
    for (const { shared } of arrays) {
      if (shared === null) continue;
      sharedArrays ??= [];
      sharedArrays.push(shared.id as number);
    }
    yield { id, datasetId, timestamp, iteration, origin, sharedArrays };
  }
}

function* ownArrays(updates: readonly CheckedUpdate[]): Generator<ArrayRow> {
  for (const { id, arrays } of updates) {
    for (const { attributeId, array, facts, shared } of arrays) {
      if (shared === null) yield { owner: id, attributeId, array: { plain: array, facts } };
    }
  }
}

export function addCounts(a: BatchCounts, b: BatchCounts): BatchCounts {
  const sum = noCounts();
  for (const name of Object.keys(sum) as (keyof BatchCounts)[]) sum[name] = a[name] + b[name];
  return sum;
}

export function conflict(
  { dataset, timestamp, iteration }: { dataset: string; timestamp: number; iteration: number },
  what: string,
): CopycatError {
  return new CopycatError(
    "CONFLICT",
    `The update of the dataset "${dataset}" at timestamp ${timestamp}, iteration ${iteration}, ${what}. ` +
      "Nothing was changed. The policies skip and update leave it, or replace it.",
  );
}
