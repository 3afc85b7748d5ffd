// Follows the updates of a dataset in their order, and says what each group was at moments worth keeping.

import type { UpdateKey } from "../../types.ts";
import { plainBytes, type StoredArray, storeArray } from "../storedArray.ts";
import { GroupState, type StatePart } from "./groupState.ts";

/**
 * A snapshot is worth its bytes when as many came since the one before, so that snapshots at most double what is stored;
 * updates count for the row that has to be passed over. Below 64 updates a replay is as fast.
 */
const leastUpdates = 64;
const updateBytes = 64;

/** Kept until they are written; every second one is dropped when there are more bytes. */
const mostPendingBytes = 64 * 1024 * 1024;

/** Sums of ids are compared modulo this, which is exact in JavaScript. */
export const idModulus = 2 ** 52;

/** An update, by the numbers of its groups. */
export interface TrackedUpdate extends UpdateKey {
  id: number;
  groups: ReadonlyMap<number, readonly StatePart[]>;
}

export interface PendingSnapshot extends UpdateKey {
  groupId: number;
  /** False when the entities of the group cannot be told apart; then there are no arrays. */
  isWhole: boolean;
  arrays: Map<number, StoredArray>;
  bytes: number;
  /** Updates since the tracker's start, this one included, and the sum of their ids: nobody came between. */
  count: number;
  idSum: number;
}

interface TrackedGroup {
  /** Null when its entities cannot be told apart: then its snapshots are empty, which says so. */
  state: GroupState | null;
  bytes: number;
  updates: number;
  hasSnapshot: boolean;
  /** Updates up to this one are in the state already: that of the snapshot it began with. */
  from: UpdateKey | null;
}

export class SnapshotTracker {
  readonly datasetId: number;
  readonly #groups = new Map<number, TrackedGroup>();
  #start: UpdateKey | null;
  #baseIds: readonly number[];
  #last: UpdateKey | null;
  #pending: PendingSnapshot[] = [];
  #pendingBytes = 0;
  #count = 0;
  #idSum = 0;

  /** @param bases of all the groups that there are, or of none: then `groupIds` begin before all updates */
  constructor(datasetId: number, bases: readonly Base[], groupIds: readonly number[] = []) {
    this.datasetId = datasetId;
    this.#baseIds = bases.map(({ id }) => id);
    let start: UpdateKey | null = null;
    for (const base of bases) {
      if (start === null || isAfter(start, base))
        start = { timestamp: base.timestamp, iteration: base.iteration };
      const state = new GroupState();
      const isWhole = base.isWhole && (base.parts.length === 0 || state.apply(base.parts));
      const from = { timestamp: base.timestamp, iteration: base.iteration };
      this.#groups.set(base.groupId, {
        state: isWhole ? state : null,
        bytes: 0,
        updates: 0,
        hasSnapshot: true,
        from,
      });
    }
    for (const groupId of bases.length === 0 ? groupIds : []) this.#groups.set(groupId, emptyGroup());
    this.#start = start;
    this.#last = start;
  }

  /** What it begins from: every group's state is of this moment or a later one. Null: before all updates. */
  get start(): UpdateKey | null {
    return this.#start;
  }

  /** Snapshots that it relies on: while they are there, nothing up to its start has changed. */
  get baseIds(): readonly number[] {
    return this.#baseIds;
  }

  /** The last update it knows. */
  get last(): UpdateKey | null {
    return this.#last;
  }

  get pending(): readonly PendingSnapshot[] {
    return this.#pending;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** In memory. */
  get bytes(): number {
    let bytes = this.#pendingBytes;
    for (const { state } of this.#groups.values()) bytes += state?.bytes ?? 0;
    return bytes;
  }

  /** False when it comes before one that was there: then the tracker is of no use any more. */
  add(update: TrackedUpdate): boolean {
    if (this.#last !== null && !isAfter(update, this.#last)) return false;
    this.#last = { timestamp: update.timestamp, iteration: update.iteration };
    this.#count += 1;
    this.#idSum = (this.#idSum + update.id) % idModulus;
    for (const [groupId, parts] of update.groups) this.#apply(update, groupId, parts);
    for (const [groupId, group] of this.#groups) {
      if (group.from !== null && !isAfter(update, group.from)) continue;
      group.updates += 1;
      if (group.updates < leastUpdates) continue;
      const isWorth = group.bytes + group.updates * updateBytes >= (group.state?.bytes ?? 0);
      if (isWorth || !group.hasSnapshot) this.#keep(groupId, group);
    }
    return true;
  }

  #apply(update: UpdateKey, groupId: number, parts: readonly StatePart[]): void {
    let group = this.#groups.get(groupId);
    if (group === undefined) {
      group = emptyGroup();
      this.#groups.set(groupId, group);
    }
    if (group.state === null || (group.from !== null && !isAfter(update, group.from))) return;
    if (!group.state.apply(parts)) group.state = null;
    for (const { array } of parts) group.bytes += plainBytes(array);
  }

  #keep(groupId: number, group: TrackedGroup): void {
    const { timestamp, iteration } = this.#last as UpdateKey;
    const arrays = new Map<number, StoredArray>();
    let bytes = 0;
    for (const [attributeId, array] of group.state?.take() ?? []) {
      const stored = storeArray(array);
      bytes += stored.data.length + (stored.rowPtr?.length ?? 0);
      arrays.set(attributeId, stored);
    }
    this.#pending.push({
      groupId,
      isWhole: group.state !== null,
      timestamp,
      iteration,
      arrays,
      bytes,
      count: this.#count,
      idSum: this.#idSum,
    });
    this.#pendingBytes += bytes;
    group.bytes = 0;
    group.updates = 0;
    group.hasSnapshot = true;
    if (this.#pendingBytes > mostPendingBytes) this.#thin();
  }

  /** Told that the pending ones are stored; `lastId` is the number of the last of them. */
  written(lastId: number): void {
    const last = this.#pending.at(-1);
    if (last === undefined) return;
    this.#start = { timestamp: last.timestamp, iteration: last.iteration };
    this.#baseIds = [lastId];
    this.#count -= last.count;
    this.#idSum = (this.#idSum - last.idSum + idModulus) % idModulus;
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  #thin(): void {
    const kept: PendingSnapshot[] = [];
    const seen = new Map<number, number>();
    for (const snapshot of this.#pending) {
      const place = seen.get(snapshot.groupId) ?? 0;
      seen.set(snapshot.groupId, place + 1);
      if (place % 2 === 1) kept.push(snapshot);
    }
    this.#pending = kept;
    this.#pendingBytes = kept.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}

function emptyGroup(): TrackedGroup {
  return { state: new GroupState(), bytes: 0, updates: 0, hasSnapshot: false, from: null };
}

/** A snapshot that is stored. */
export interface Base extends UpdateKey {
  id: number;
  groupId: number;
  isWhole: boolean;
  parts: StatePart[];
}

export function isAfter(a: UpdateKey, b: UpdateKey): boolean {
  return a.timestamp > b.timestamp || (a.timestamp === b.timestamp && a.iteration > b.iteration);
}
