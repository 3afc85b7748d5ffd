// One look at the files of an input: which are ready, and which are not yet.

import { readWriteState, type WriteState } from "../../hdf5/index.ts";
import type { ListedFile } from "../listFiles.ts";
import { Mark, type SeenFile, type Slot } from "./fileTable.ts";
import { FileLooker } from "./look.ts";
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

/** Files asked about at once: network file systems answer side by side. */
const filesAtOnce = 64;

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
  const looker = new FileLooker();
  for await (const paths of several(input.list())) {
    options.signal?.throwIfAborted();
    const seen = await looker.look(paths);
    await Promise.all(paths.map((path, index) => judge(scan, path, seen[index] ?? null, options)));
  }
  input.files.endRound();
  return scan;
}

async function* several(files: AsyncIterable<ListedFile>): AsyncGenerator<string[]> {
  let paths: string[] = [];
  for await (const { path } of files) {
    if (paths.push(path) < filesAtOnce) continue;
    yield paths;
    paths = [];
  }
  yield paths;
}

/** Null when nothing is left to ask: for all but files that have settled and were not handed on. */
function judge(scan: Scan, path: string, seen: SeenFile | null, options: ScanOptions): Promise<void> | null {
  if (seen === null) return null;
  const { files } = scan.input;
  const nowMs = performance.now();
  const isOld = files.rounds === 0 && Date.now() - seen.modifiedMs > options.settleMs + clockDifferenceMs;
  const slot = files.observe(path, seen, isOld ? Number.NEGATIVE_INFINITY : nowMs);
  if (files.mark(slot) === Mark.done) return null;
  if (nowMs - files.sinceMs(slot) >= options.settleMs) return judgeSettled(scan, { path, slot }, options);
  scan.settling += 1;
  return null;
}

async function judgeSettled(scan: Scan, file: ReadyFile, { stuckMs }: ScanOptions): Promise<void> {
  const { path, slot } = file;
  const { files } = scan.input;
  const state = await readWriteState(path);
  if (state === "complete") {
    scan.ready.push(file);
    return;
  }
  scan.incomplete += 1;
  if (performance.now() - files.sinceMs(slot) < stuckMs || files.mark(slot) === Mark.told) return;
  files.setMark(slot, Mark.told);
  scan.stuck.push({ path, state, modifiedMs: files.modifiedMs(slot) });
}
