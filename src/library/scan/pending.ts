// Changes that wait to be written: all in one transaction, or so many files in each.

import { CopycatError } from "../../errors.ts";
import { words } from "../../wording.ts";
import type { LibraryFile } from "../types.ts";
import { isSameRecord } from "./sameRecord.ts";
import { type KnownFile, noChanges, type ScanChanges, type ScanOutcome, type ScanStore } from "./store.ts";
import type { Tally } from "./tally.ts";

export interface PendingOptions {
  policy: "update" | "skip" | "error";
  dryRun: boolean;
  /** Files a transaction; 0 for all in one. */
  commitEvery: number;
  signal: AbortSignal | undefined;
  /** Called under policy `error` for a known file that has changed; throws. */
  onConflict(path: string): never;
}

/** What goes into one transaction. */
interface Batch {
  changes: ScanChanges;
  /** Paths among the updates that are counted as unchanged. */
  same: Set<string>;
  /** Ids of unchanged files whose rows are to be active again. */
  back: Set<number>;
  /** Updates of rows that are to be active again. */
  revived: number;
}

const emptyBatch = (): Batch => ({ changes: noChanges(), same: new Set(), back: new Set(), revived: 0 });

export class PendingChanges {
  readonly #store: ScanStore | null;
  readonly #tally: Tally;
  readonly #options: PendingOptions;
  #batch = emptyBatch();
  #commits = 0;
  /** Known files that were read again, to be compared with their rows. */
  #again: { known: KnownFile; file: LibraryFile }[] = [];

  constructor(store: ScanStore | null, tally: Tally, options: PendingOptions) {
    this.#store = store;
    this.#tally = tally;
    this.#options = options;
  }

  insert(file: LibraryFile): void {
    this.#batch.changes.insert.push(file);
    this.#tally.counts.inserted += 1;
  }

  /** @param before what the row says */
  move(before: LibraryFile, file: LibraryFile): void {
    const { id, indexedAt } = before;
    const fullHash = file.fullHash ?? (isUntouched(before, file) ? before.fullHash : null);
    this.#batch.changes.move.push({ id: id as number, file: { ...file, indexedAt, fullHash } });
    this.#tally.counts.updated += 1;
    this.#tally.counts.moved += 1;
  }

  /** A file that is known, and was read again. */
  async again(known: KnownFile, file: LibraryFile): Promise<void> {
    this.#again.push({ known, file });
    if (this.#again.length >= comparedAtOnce) await this.#compare();
  }

  missing(id: number): void {
    this.#batch.changes.missing.push(id);
  }

  /** An unchanged file whose row is active again. */
  back(id: number): void {
    this.#batch.changes.reactivate.push(id);
    this.#batch.back.add(id);
  }

  /** Writes when enough has gathered. */
  async writeSome(): Promise<void> {
    const { insert, update } = this.#batch.changes;
    const { commitEvery } = this.#options;
    if (commitEvery > 0 && insert.length + update.length + this.#again.length >= commitEvery) {
      await this.write();
    }
  }

  async write(): Promise<void> {
    await this.#compare();
    const batch = this.#batch;
    this.#batch = emptyBatch();
    const { changes } = batch;
    if (Object.values(changes).every((list) => list.length === 0)) return;
    const isDry = this.#store === null || this.#options.dryRun;
    const outcome = isDry ? expected(batch) : await this.#commit(this.#store, changes);
    await this.#count(batch, outcome);
  }

  async #commit(store: ScanStore, changes: ScanChanges): Promise<ScanOutcome> {
    try {
      const outcome = await store.applyScan(changes, { signal: this.#options.signal });
      this.#commits += 1;
      return outcome;
    } catch (error) {
      throw this.#commits === 0 ? error : explainPart(error);
    }
  }

  /** What others did since the folder was looked at is not told as done here. */
  async #count({ same, back }: Batch, outcome: ScanOutcome): Promise<void> {
    const { counts } = this.#tally;
    const cameBack = back.size - outcome.asBefore.filter((id) => back.has(id)).length;
    counts.unchanged -= cameBack;
    counts.updated += cameBack;
    counts.missing += outcome.missing;
    counts.reactivated += outcome.reactivated;
    for (const { change, path, code, message } of outcome.failures) {
      const counted = change === "insert" ? "inserted" : same.has(path) ? "unchanged" : "updated";
      counts[counted] -= 1;
      if (change === "move") counts.moved -= 1;
      await this.#tally.reject({ path, code, message });
    }
  }

  async #compare(): Promise<void> {
    const again = this.#again;
    this.#again = [];
    if (again.length === 0 || this.#store === null) return;
    const rows = await this.#store.batchGetFilesByPaths(again.map(({ file }) => file.path));
    for (const { known, file } of again) this.#settle(known, file, rows.get(file.path) ?? null);
  }

  #settle(known: KnownFile, file: LibraryFile, row: LibraryFile | null): void {
    const { counts } = this.#tally;
    const isSame = row !== null && isSameRecord(row, file);
    const { isActive, state } = row ?? known;
    const isBack = !isActive || state === "missing";
    if (!isSame && this.#options.policy === "error") this.#options.onConflict(file.path);
    if (!isSame && this.#options.policy === "skip") {
      counts.skipped += 1;
      if (isBack) this.#batch.changes.reactivate.push(known.id);
      return;
    }
    // A full hash that was not made again is that of these bytes only when nothing points to others.
    const keepsFullHash = isSame && file.fullHash === null && isUntouched(row, file);
    if (isSame && !isBack) {
      counts.unchanged += 1;
      this.#batch.same.add(file.path);
    } else counts.updated += 1;
    if (isBack) this.#batch.revived += 1;
    this.#batch.changes.update.push({
      ...file,
      id: known.id,
      indexedAt: row?.indexedAt ?? null,
      fullHash: keepsFullHash ? row.fullHash : file.fullHash,
    });
  }
}

/** That nothing was changed is true of one transaction, not of those before it. */
function explainPart(error: unknown): unknown {
  if (!(error instanceof CopycatError)) return error;
  const message = words(
    error.wording,
    " That is said of the last part of the scan: what was committed before stays, and the same command goes on from there.",
  );
  return new CopycatError(error.code, message, { cause: error, details: error.details });
}

/** What is told of changes that are not written. */
function expected({ changes, revived }: Batch): ScanOutcome {
  const { missing, reactivate } = changes;
  return {
    unchanged: 0,
    missing: missing.length,
    reactivated: reactivate.length + revived,
    asBefore: [],
    failures: [],
  };
}

/** By size, sample and time: then the hash of all bytes is what it was. */
function isUntouched(before: LibraryFile, file: LibraryFile): boolean {
  return (
    before.mtimeNs !== null && before.mtimeNs === file.mtimeNs && before.contentHash === file.contentHash
  );
}

/** Rows that are asked for in one query. */
const comparedAtOnce = 1000;
