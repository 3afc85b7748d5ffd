// Changes that wait to be written: all in one transaction, or so many files in each.

import type { LibraryFile } from "../types.ts";
import { isSameRecord } from "./sameRecord.ts";
import { type KnownFile, noChanges, type ScanChanges, type ScanStore } from "./store.ts";
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

export class PendingChanges {
  readonly #store: ScanStore | null;
  readonly #tally: Tally;
  readonly #options: PendingOptions;
  #changes: ScanChanges = noChanges();
  /** Paths among the updates that are counted as unchanged. */
  #same = new Set<string>();
  /** Known files that were read again, to be compared with their rows. */
  #again: { known: KnownFile; file: LibraryFile }[] = [];

  constructor(store: ScanStore | null, tally: Tally, options: PendingOptions) {
    this.#store = store;
    this.#tally = tally;
    this.#options = options;
  }

  insert(file: LibraryFile): void {
    this.#changes.insert.push(file);
    this.#tally.counts.inserted += 1;
  }

  /** @param before what the row says */
  move(before: LibraryFile, file: LibraryFile): void {
    const { id, indexedAt } = before;
    const fullHash = file.fullHash ?? (isUntouched(before, file) ? before.fullHash : null);
    this.#changes.move.push({ id: id as number, file: { ...file, indexedAt, fullHash } });
    this.#tally.counts.updated += 1;
    this.#tally.counts.moved += 1;
  }

  /** A file that is known, and was read again. */
  async again(known: KnownFile, file: LibraryFile): Promise<void> {
    this.#again.push({ known, file });
    if (this.#again.length >= comparedAtOnce) await this.#compare();
  }

  missing(id: number): void {
    this.#changes.missing.push(id);
    this.#tally.counts.missing += 1;
  }

  /** An unchanged file whose row is active again. */
  back(id: number): void {
    this.#changes.reactivate.push(id);
    this.#tally.counts.unchanged -= 1;
    this.#tally.counts.updated += 1;
    this.#tally.counts.reactivated += 1;
  }

  /** Writes when enough has gathered. */
  async writeSome(): Promise<void> {
    const { insert, update } = this.#changes;
    const { commitEvery } = this.#options;
    if (commitEvery > 0 && insert.length + update.length + this.#again.length >= commitEvery) {
      await this.write();
    }
  }

  async write(): Promise<void> {
    await this.#compare();
    const changes = this.#changes;
    const same = this.#same;
    this.#changes = noChanges();
    this.#same = new Set();
    const isEmpty = Object.values(changes).every((list) => list.length === 0);
    if (this.#store === null || this.#options.dryRun || isEmpty) return;
    const { failures } = await this.#store.applyScan(changes, { signal: this.#options.signal });
    for (const { change, path, code, message } of failures) {
      const counted = change === "insert" ? "inserted" : same.has(path) ? "unchanged" : "updated";
      this.#tally.counts[counted] -= 1;
      if (change === "move") this.#tally.counts.moved -= 1;
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
    const isBack = !known.isActive || known.state === "missing";
    if (!isSame && this.#options.policy === "error") this.#options.onConflict(file.path);
    if (!isSame && this.#options.policy === "skip") {
      counts.skipped += 1;
      if (isBack) {
        counts.reactivated += 1;
        this.#changes.reactivate.push(known.id);
      }
      return;
    }
    // A full hash that was not made again is that of these bytes only when nothing points to others.
    const keepsFullHash = isSame && file.fullHash === null && isUntouched(row, file);
    if (isSame && !isBack) {
      counts.unchanged += 1;
      this.#same.add(file.path);
    } else counts.updated += 1;
    if (isBack) counts.reactivated += 1;
    this.#changes.update.push({
      ...file,
      id: known.id,
      indexedAt: row?.indexedAt ?? null,
      fullHash: keepsFullHash ? row.fullHash : file.fullHash,
    });
  }
}

/** By size, sample and time: then the hash of all bytes is what it was. */
function isUntouched(before: LibraryFile, file: LibraryFile): boolean {
  return (
    before.mtimeNs !== null && before.mtimeNs === file.mtimeNs && before.contentHash === file.contentHash
  );
}

/** Rows that are asked for in one query. */
const comparedAtOnce = 1000;
