// When snapshots are made: at the end of a load, and now and then among updates that are stored one by one.

import type { PoolClient } from "pg";
import type { Database } from "../../../database/index.ts";
import { CopycatError } from "../../../errors.ts";
import type { CheckedUpdate } from "../checkUpdate.ts";
import type { Dictionary, DictionaryScope } from "../dictionary.ts";
import { withPool } from "../readUpdates.ts";
import { catchUp, startTracker, writeSnapshots } from "./build.ts";
import type { StatePart } from "./groupState.ts";
import type { SnapshotTracker, TrackedUpdate } from "./tracker.ts";

/** One in so many updates looks whether a snapshot is due. By lot: turns would pass over a dataset that is stored in turn. */
const oneIn = 64;
/** A tracker that is kept for the next time spares reading its state again. */
const mostKeptBytes = 32 * 1024 * 1024;
const mostPendingBytes = 16 * 1024 * 1024;

/** Keeps the snapshots of a scenario up to date. What fails here is tried again another time: reads are only slower. */
export class Snapshotter {
  readonly #database: Database;
  readonly #scope: DictionaryScope;
  readonly #kept = new Map<string, SnapshotTracker>();
  readonly #busy = new Set<string>();

  constructor(database: Database, scope: DictionaryScope) {
    this.#database = database;
    this.#scope = scope;
  }

  /** After one update. */
  async afterOne(dataset: string): Promise<void> {
    if (Math.random() * oneIn < 1) await this.build(dataset);
  }

  /** Brings the snapshots of a dataset up to its last update, unless somebody else writes to it just now. */
  async build(dataset: string): Promise<void> {
    if (this.#busy.has(dataset)) return;
    this.#busy.add(dataset);
    try {
      const tracker = await this.#tracker(dataset);
      if (tracker === null) return;
      if ((await writeSnapshots(this.#database, this.#scope, tracker)) === "stale")
        this.#kept.delete(dataset);
      else this.#keep(dataset, tracker);
    } catch {
      this.#kept.delete(dataset);
    } finally {
      this.#busy.delete(dataset);
    }
  }

  async #tracker(dataset: string): Promise<SnapshotTracker | null> {
    const kept = this.#kept.get(dataset);
    const withClient = withPool(this.#database);
    if (kept !== undefined && (await catchUp(kept, withClient, this.#scope, dataset))) return kept;
    this.#kept.delete(dataset);
    return startTracker(withClient, this.#scope, dataset);
  }

  #keep(dataset: string, tracker: SnapshotTracker): void {
    this.#kept.delete(dataset);
    const bytes = [...this.#kept.values()].reduce((sum, { bytes }) => sum + bytes, tracker.bytes);
    if (bytes <= mostKeptBytes) this.#kept.set(dataset, tracker);
  }

  /** For a load, whose updates need not be read again. */
  follow(): LoadFollower {
    return new LoadFollower(this, this.#database, this.#scope);
  }
}

/** Follows the updates of a load as long as they come in their order; what did not is read again at the end. */
export class LoadFollower {
  readonly #snapshotter: Snapshotter;
  readonly #database: Database;
  readonly #scope: DictionaryScope;
  /** Null: of no use any more. */
  readonly #trackers = new Map<string, SnapshotTracker | null>();

  constructor(snapshotter: Snapshotter, database: Database, scope: DictionaryScope) {
    this.#snapshotter = snapshotter;
    this.#database = database;
    this.#scope = scope;
  }

  /** Before a batch is written, on the connection that writes it. */
  async meet(client: PoolClient, datasets: Iterable<string>): Promise<void> {
    for (const dataset of datasets) {
      if (this.#trackers.has(dataset)) continue;
      this.#trackers.set(dataset, await this.#start(client, dataset));
    }
  }

  /** After it was written. */
  add(stored: readonly CheckedUpdate[], dictionary: Dictionary): void {
    // They come in the order of their keys: the writer sorts a batch.
    for (const update of stored) {
      const tracker = this.#trackers.get(update.dataset);
      if (tracker === undefined || tracker === null) continue;
      if (!canAdd(tracker, numbered(update, dictionary))) this.#trackers.set(update.dataset, null);
    }
  }

  /** Null when what is there cannot be read: no reason not to store what comes. */
  async #start(client: PoolClient, dataset: string): Promise<SnapshotTracker | null> {
    try {
      return await startTracker((work) => work(client), this.#scope, dataset);
    } catch (error) {
      if (error instanceof CopycatError && error.code === "INVALID_INPUT") return null;
      throw error;
    }
  }

  /** After a commit in the midst of a load. */
  async committed(): Promise<void> {
    for (const [dataset, tracker] of this.#trackers) {
      if (tracker === null || tracker.pendingBytes < mostPendingBytes) continue;
      if ((await this.#write(tracker)) === "stale") this.#trackers.set(dataset, null);
    }
  }

  /** After the last commit. */
  async finish(): Promise<void> {
    for (const [dataset, tracker] of this.#trackers) {
      const outcome = tracker === null ? "stale" : await this.#write(tracker);
      if (outcome === "stale") await this.#snapshotter.build(dataset);
    }
  }

  async #write(tracker: SnapshotTracker): Promise<"written" | "locked" | "stale"> {
    return writeSnapshots(this.#database, this.#scope, tracker).catch(() => "locked" as const);
  }
}

function canAdd(tracker: SnapshotTracker, update: TrackedUpdate): boolean {
  try {
    return tracker.add(update);
  } catch (error) {
    if (error instanceof CopycatError && error.code === "INVALID_INPUT") return false;
    throw error;
  }
}

function numbered(update: CheckedUpdate, dictionary: Dictionary): TrackedUpdate {
  const groups = new Map<number, StatePart[]>();
  for (const { group, attribute, attributeId, array } of update.arrays) {
    const entry = dictionary.attribute(update.dataset, group, attribute);
    if (entry === undefined) continue;
    const part = { attributeId, attribute, type: entry.type, array };
    const parts = groups.get(entry.group.id);
    if (parts === undefined) groups.set(entry.group.id, [part]);
    else parts.push(part);
  }
  return { id: update.id, timestamp: update.timestamp, iteration: update.iteration, groups };
}
