// The long-running form of ingest: looks at the folders again and again, and ingests what is complete.

import { setTimeout } from "node:timers/promises";
import type { Database } from "../../database/index.ts";
import { CopycatError, errorMessage } from "../../errors.ts";
import { type Hdf5Reader, openHdf5Reader } from "../../hdf5/index.ts";
import type { Log } from "../../log.ts";
import { silentLog } from "../../log.ts";
import type { IngestReport } from "../types.ts";
import { ingestReady } from "./batch.ts";
import { type DatabaseSource, WatchConnection } from "./connection.ts";
import { cancelled, failureOf, isAway, retryDelayMs } from "./failures.ts";
import { noticeOnce } from "./noticeOnce.ts";
import { type Scan, type StuckFile, scanInput } from "./scan.ts";
import { explainStuck } from "./stuck.ts";
import type { UntimedEvent, WatchFailure, WatchOptions, WatchSummary } from "./types.ts";
import { openWatchedInput, type WatchedInput } from "./watchedInput.ts";

const defaultMs = { interval: 2000, settle: 2000, stuck: 60_000 };
const defaultRetry = { minDelayMs: 1000, maxDelayMs: 60_000 };
/** Looking at the files takes at most one part in so many of the time. */
const lookingShare = 10;

/**
 * Watches the folders of data sets and ingests new and changed files in batches, each in one transaction, once they are
 * complete: their size and time stay, nobody has them open for writing, and they are as long as they say. Nothing is
 * remembered but in the database: ended at any moment and started again, it goes on where it was.
 *
 * A failure is told and tried again with growing pauses, for ever. Resolves after `stop` fired, or after one round with
 * `once`.
 *
 * @example
 * await watchDataset("postgres://localhost/catalog", { inputs: ["scans.yaml"], onEvent: console.log, stop });
 *
 * @throws CopycatError of inputs that are wrong at the start, or of a database that refuses at the start; CANCELLED after
 * `signal`; with `once` whatever fails
 */
export async function watchDataset(source: DatabaseSource, options: WatchOptions): Promise<WatchSummary> {
  if (options.inputs.length === 0) throw new CopycatError("USAGE", "Name at least one input.");
  const inputs: WatchedInput[] = [];
  for (const input of options.inputs) inputs.push(await openWatchedInput(input));
  const watch = new Watch(new WatchConnection(source), inputs, options);
  return await watch.run();
}

class Watch {
  readonly #connection: WatchConnection;
  readonly #inputs: readonly WatchedInput[];
  readonly #options: WatchOptions;
  readonly #log: Log;
  readonly #ends: AbortSignal;
  /** Its threads take longer to start than a small batch to read. */
  #reader: Hdf5Reader | undefined;
  readonly #summary: WatchSummary = { batches: 0, files: 0, rejected: 0, waiting: 0 };

  constructor(connection: WatchConnection, inputs: readonly WatchedInput[], options: WatchOptions) {
    this.#connection = connection;
    this.#inputs = inputs;
    this.#log = options.log ?? silentLog;
    this.#options = { ...options, log: noticeOnce(this.#log) };
    const { stop, signal } = options;
    this.#ends = AbortSignal.any([stop, signal].filter((one) => one !== undefined));
  }

  async run(): Promise<WatchSummary> {
    const { intervalMs = defaultMs.interval, settleMs = defaultMs.settle } = this.#options;
    this.#tell({ event: "start", inputs: this.#inputs.map(({ path }) => path), intervalMs, settleMs });
    try {
      await this.#rounds();
    } catch (thrown) {
      const error = this.#options.signal?.aborted === true ? cancelled(thrown) : thrown;
      this.#tellStop(failureOf(error));
      throw error;
    } finally {
      await this.#closeReader();
      await this.#connection.drop();
    }
    this.#tellStop();
    return this.#summary;
  }

  async #rounds(): Promise<void> {
    for (let failures = 0; !this.#ends.aborted; ) {
      let pauseMs: number;
      try {
        pauseMs = await this.#round();
        failures = 0;
      } catch (error) {
        failures += 1;
        pauseMs = await this.#fail(error, failures);
      }
      if (this.#options.once === true) return;
      await this.#pause(pauseMs);
    }
    this.#options.signal?.throwIfAborted();
  }

  /** Looks once and ingests what is ready; the pause until the next look. */
  async #round(): Promise<number> {
    const { intervalMs = defaultMs.interval, settleMs = defaultMs.settle, once } = this.#options;
    const database = await this.#connection.get();
    const startMs = performance.now();
    await this.#reload();
    let scans = await this.#scan();
    const scanMs = performance.now() - startMs;
    if (once === true && scans.some(({ settling }) => settling > 0)) {
      await this.#pause(settleMs);
      scans = await this.#scan();
    }
    for (const scan of scans) {
      if (scan.ready.length === 0) scan.input.failures = 0;
      else if (!this.#ends.aborted) await this.#batch(database, scan);
    }
    return Math.max(intervalMs, scanMs * (lookingShare - 1));
  }

  /** Inputs that have failed a moment ago are left out. */
  async #scan(): Promise<Scan[]> {
    const { settleMs = defaultMs.settle, stuckMs = defaultMs.stuck, signal } = this.#options;
    const scans: Scan[] = [];
    for (const input of this.#inputs) {
      if (performance.now() < input.retryAtMs) continue;
      try {
        scans.push(await scanInput(input, { settleMs, stuckMs, signal }));
      } catch (error) {
        const failure = this.#inputFailed(input, error);
        this.#tell({ event: "retry", input: input.path, ...failure });
      }
    }
    this.#summary.waiting = scans.reduce((sum, { settling, incomplete }) => sum + settling + incomplete, 0);
    for (const file of scans.flatMap(({ stuck }) => stuck)) this.#tellStuck(file);
    return scans;
  }

  async #batch(database: Database, scan: Scan): Promise<void> {
    const { input, ready, settling, incomplete } = scan;
    const startMs = performance.now();
    const files = ready.length;
    const { workers } = this.#options.ingest ?? {};
    const common = { event: "batch", input: input.path, files, waiting: settling + incomplete } as const;
    let report: IngestReport;
    try {
      this.#reader ??= openHdf5Reader(workers === undefined ? {} : { workers });
      report = await ingestReady({ database, reader: this.#reader }, scan, this.#options);
    } catch (error) {
      await this.#closeReader();
      if (isAway(error)) throw error;
      const failure = this.#inputFailed(input, error);
      const elapsedMs = Math.round(performance.now() - startMs);
      this.#tell({ ...common, run: null, status: "failed", elapsedMs, ...failure });
      return;
    }
    input.failures = 0;
    this.#summary.batches += 1;
    this.#summary.files += files;
    this.#summary.rejected += report.nodes.rejected;
    const { run, nodes, elapsedMs, rejectsFile } = report;
    const status = nodes.rejected === 0 ? "completed" : "completed_with_rejects";
    this.#tell({ ...common, run, status, filesRead: report.files.read, nodes, elapsedMs, rejectsFile });
  }

  /** What to tell of a failure that concerns one input; the others go on. Throws what ends the watch. */
  #inputFailed(
    input: WatchedInput,
    error: unknown,
  ): { attempt: number; delayMs: number; error: WatchFailure } {
    const { once, signal, retry = defaultRetry } = this.#options;
    if (once === true || signal?.aborted === true) throw error;
    input.failures += 1;
    const delayMs = retryDelayMs(input.failures, retry);
    input.retryAtMs = performance.now() + delayMs;
    return { attempt: input.failures, delayMs, error: failureOf(error) };
  }

  async #reload(): Promise<void> {
    for (const input of this.#inputs) {
      const reload = await input.reload();
      if (reload === "same") continue;
      if (reload === "changed") {
        this.#tell({ event: "reload", input: input.path });
        this.#log.notice(`${input.path} has changed; what it says now holds for all its files.`);
        continue;
      }
      this.#tell({ event: "reload", input: input.path, error: failureOf(reload.error) });
      this.#log.notice(`${errorMessage(reload.error)} What it said before holds on until it is mended.`);
    }
  }

  /** Tells a failure that concerns all inputs and passes, or may; the pause after it. Throws any other. */
  async #fail(error: unknown, attempt: number): Promise<number> {
    const { once, signal, retry = defaultRetry } = this.#options;
    const mayPass = this.#connection.wasOpen || isAway(error);
    if (once === true || signal?.aborted === true || !mayPass) throw error;
    await this.#connection.drop();
    const delayMs = retryDelayMs(attempt, retry);
    this.#tell({ event: "retry", attempt, delayMs, error: failureOf(error) });
    return delayMs;
  }

  async #closeReader(): Promise<void> {
    const reader = this.#reader;
    this.#reader = undefined;
    await reader?.close();
  }

  #tellStuck(file: StuckFile): void {
    const { path, state, modifiedMs } = file;
    const message = explainStuck(file);
    const modified = new Date(modifiedMs).toISOString();
    this.#tell({ event: "waiting", file: path, state, modified, message });
    this.#log.notice(message);
  }

  #tellStop(error?: WatchFailure): void {
    const { batches, files } = this.#summary;
    this.#tell({ event: "stop", batches, files, ...(error === undefined ? {} : { error }) });
  }

  #tell(event: UntimedEvent): void {
    this.#options.onEvent?.({ time: new Date().toISOString(), ...event });
  }

  async #pause(pauseMs: number): Promise<void> {
    await setTimeout(pauseMs, undefined, { signal: this.#ends }).catch(() => undefined);
  }
}
