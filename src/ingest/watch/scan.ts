// One look at the files of an input: which are ready, and which are not yet.

import { stat } from "node:fs/promises";
import { readWriteState, type WriteState } from "../../hdf5/index.ts";
import { Mark, type SeenFile, type Slot } from "./fileTable.ts";
import type { WatchedInput } from "./watchedInput.ts";

export interface ScanOptions {
  settleMs: number;
  stuckMs: number;
  signal?: AbortSignal | undefined;
}

export interface ReadyFile {
  path: string;
  slot: Slot;
}

/** A file that has not changed for long and is not ready. */
export interface StuckFile {
  path: string;
  state: Exclude<WriteState, "complete">;
  modifiedMs: number;
}

export interface Scan {
  input: WatchedInput;
  ready: ReadyFile[];
  /** New or changed files that may change still. */
  settling: number;
  /** Files that do not change but are not complete. */
  incomplete: number;
  /** Of these, the ones to be told about now. */
  stuck: StuckFile[];
}

/** Questions to the file system under way at once: those of network file systems are answered side by side. */
const parallel = 64;

/**
 * At the first look, a file this much older than `settleMs` is taken as it is: the clocks of file server and client may
 * differ, but hardly by a minute.
 */
const clockDifferenceMs = 60_000;

/**
 * Looks at every file of an input once.
 *
 * @throws CopycatError UNREADABLE_SOURCE when a folder cannot be listed; what was known of its files is kept.
 */
export async function scanInput(input: WatchedInput, options: ScanOptions): Promise<Scan> {
  const scan: Scan = { input, ready: [], settling: 0, incomplete: 0, stuck: [] };
  await inParallel(input.list(), async ({ path }) => {
    options.signal?.throwIfAborted();
    const seen = await look(path);
    if (seen !== null) await judge(scan, path, seen, options);
  });
  input.files.endRound();
  return scan;
}

/** Null for what is no file, or is gone already. */
async function look(path: string): Promise<SeenFile | null> {
  const stats = await stat(path).catch(() => null);
  return stats === null || !stats.isFile() ? null : { sizeBytes: stats.size, modifiedMs: stats.mtimeMs };
}

async function judge(scan: Scan, path: string, seen: SeenFile, options: ScanOptions): Promise<void> {
  const { files } = scan.input;
  const { settleMs, stuckMs } = options;
  const nowMs = performance.now();
  const isOld = files.rounds === 0 && Date.now() - seen.modifiedMs > settleMs + clockDifferenceMs;
  const slot = files.observe(path, seen, isOld ? Number.NEGATIVE_INFINITY : nowMs);
  if (files.mark(slot) === Mark.done) return;
  const unchangedMs = nowMs - files.sinceMs(slot);
  if (unchangedMs < settleMs) {
    scan.settling += 1;
    return;
  }
  const state = await readWriteState(path);
  if (state === "complete") {
    scan.ready.push({ path, slot });
    return;
  }
  scan.incomplete += 1;
  if (unchangedMs < stuckMs || files.mark(slot) === Mark.told) return;
  files.setMark(slot, Mark.told);
  scan.stuck.push({ path, state, modifiedMs: seen.modifiedMs });
}

/** Loops that share one iterator; the first failure ends it for all. */
async function inParallel<Item>(
  items: AsyncIterable<Item>,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.asyncIterator]();
  const shared = { [Symbol.asyncIterator]: () => iterator };
  const results = await Promise.allSettled(
    Array.from({ length: parallel }, async () => {
      for await (const item of shared) await work(item);
    }),
  );
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
