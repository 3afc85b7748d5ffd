// The rounds of a watch: look, ingest what is ready, wait; and what becomes of failures.

import { setTimeout } from "node:timers/promises";
import type { Database } from "../../database/index.ts";
import { type Hdf5Reader, openHdf5Reader } from "../../hdf5/index.ts";
import { silentLog } from "../../log.ts";
import type { IngestReport } from "../types.ts";
import { ingestReady } from "./batch.ts";
import type { WatchConnection } from "./connection.ts";
import { cancelled, failureOf, isAway, retryDelayMs } from "./failures.ts";
import { noticeOnce } from "./noticeOnce.ts";
import { type Scan, scanInput } from "./scan.ts";
import { WatchTeller } from "./teller.ts";
import type { WatchFailure, WatchOptions, WatchSummary } from "./types.ts";
import type { WatchedInput } from "./watchedInput.ts";

const defaultMs = { interval: 2000, settle: 2000, stuck: 60_000 };
const defaultRetry = { minDelayMs: 1000, maxDelayMs: 60_000 };
/** Looking at the files takes at most one part in so many of the time. */
const lookingShare = 10;

/** Timers count whole milliseconds, by a clock of their own: a file that lacks one of its time to settle would be left. */
const timerErrorMs = 3;

/** A watch that is run once. */
export class Watch {
  readonly #connection: WatchConnection;
  readonly #inputs: readonly WatchedInput[];
  readonly #options: WatchOptions;
  readonly #told: WatchTeller;
  readonly #ends: AbortSignal;
  /** Its threads take longer to start than a small batch to read. */
  #reader: Hdf5Reader | undefined;
  readonly #summary: WatchSummary = { batches: 0, files: 0, rejected: 0, waiting: 0 };

  constructor(connection: WatchConnection, inputs: readonly WatchedInput[], options: WatchOptions) {
    this.#connection = connection;
    this.#inputs = inputs;
    const log = options.log ?? silentLog;
    this.#told = new WatchTeller(log, options.onEvent);
    this.#options = { ...options, log: noticeOnce(log) };
    const { stop, signal } = options;
    this.#ends = AbortSignal.any([stop, signal].filter((one) => one !== undefined));
  }

  async run(): Promise<WatchSummary> {
    const { intervalMs = defaultMs.interval, settleMs = defaultMs.settle } = this.#options;
    this.#told.event({ event: "start", inputs: this.#inputs.map(({ path }) => path), intervalMs, settleMs });
    try {
      await this.#rounds();
    } catch (thrown) {
      const error = this.#options.signal?.aborted === true ? cancelled(thrown) : thrown;
      this.#told.stop(this.#summary, failureOf(error));
      throw error;
    } finally {
      await this.#closeReader();
      await this.#connection.drop();
    }
    this.#told.stop(this.#summary);
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
      await this.#pause(settleMs + timerErrorMs);
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
        this.#told.event({ event: "retry", input: input.path, ...failure });
      }
    }
    this.#summary.waiting = scans.reduce((sum, { settling, incomplete }) => sum + settling + incomplete, 0);
    for (const file of scans.flatMap(({ stuck }) => stuck)) this.#told.stuck(file);
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
      this.#told.event({ ...common, run: null, status: "failed", elapsedMs, ...failure });
      return;
    }
    input.failures = 0;
    this.#summary.batches += 1;
    this.#summary.files += files;
    this.#summary.rejected += report.nodes.rejected;
    const { run, nodes, elapsedMs, rejectsFile } = report;
    const status = nodes.rejected === 0 ? "completed" : "completed_with_rejects";
    this.#told.event({ ...common, run, status, filesRead: report.files.read, nodes, elapsedMs, rejectsFile });
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
    for (const input of this.#inputs) this.#told.reload(input.path, await input.reload());
  }

  /** Tells a failure that concerns all inputs and passes, or may; the pause after it. Throws any other. */
  async #fail(error: unknown, attempt: number): Promise<number> {
    const { once, signal, retry = defaultRetry } = this.#options;
    const mayPass = this.#connection.wasOpen || isAway(error);
    if (once === true || signal?.aborted === true || !mayPass) throw error;
    await this.#connection.drop();
    const delayMs = retryDelayMs(attempt, retry);
    this.#told.event({ event: "retry", attempt, delayMs, error: failureOf(error) });
    return delayMs;
  }

  async #closeReader(): Promise<void> {
    const reader = this.#reader;
    this.#reader = undefined;
    await reader?.close();
  }

  async #pause(pauseMs: number): Promise<void> {
    await setTimeout(pauseMs, undefined, { signal: this.#ends }).catch(() => undefined);
  }
}
