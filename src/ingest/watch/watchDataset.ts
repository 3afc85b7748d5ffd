// The long-running form of ingest: looks at the folders again and again, and ingests what is complete.

import { setTimeout } from "node:timers/promises";
import { wrapDatabaseError } from "../../database/index.ts";
import { CopycatError, errorMessage } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { silentLog } from "../../log.ts";
import { ingestReady } from "./batch.ts";
import { type DatabaseSource, WatchConnection } from "./connection.ts";
import { isAway, retryDelayMs } from "./retryDelay.ts";
import { type Scan, scanInput } from "./scan.ts";
import { explainStuck } from "./stuck.ts";
import type { WatchEvent, WatchFailure, WatchOptions, WatchSummary } from "./types.ts";
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

/** WatchEvent without its time. */
type Told = WatchEvent extends infer Event ? (Event extends WatchEvent ? Omit<Event, "time"> : never) : never;

class Watch {
  readonly #connection: WatchConnection;
  readonly #inputs: readonly WatchedInput[];
  readonly #options: WatchOptions;
  readonly #log: Log;
  readonly #ends: AbortSignal;
  readonly #summary: WatchSummary = { batches: 0, files: 0, rejected: 0, waiting: 0 };
  /** The batch that runs, or has failed. */
  #batch: { files: number; startMs: number } | null = null;

  constructor(connection: WatchConnection, inputs: readonly WatchedInput[], options: WatchOptions) {
    this.#connection = connection;
    this.#inputs = inputs;
    this.#options = options;
    this.#log = options.log ?? silentLog;
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
    this.#batch = null;
    const database = await this.#connection.get();
    const startMs = performance.now();
    await this.#reload();
    let scans = await this.#scan();
    const scanMs = performance.now() - startMs;
    if (once === true && scans.some(({ settling }) => settling > 0)) {
      await this.#pause(settleMs);
      scans = await this.#scan();
    }
    const files = scans.reduce((sum, { ready }) => sum + ready.length, 0);
    if (files > 0 && !this.#ends.aborted) {
      this.#batch = { files, startMs: performance.now() };
      const report = await ingestReady(database, scans, this.#options);
      this.#summary.batches += 1;
      this.#summary.files += files;
      this.#summary.rejected += report.nodes.rejected;
      const { run, nodes, elapsedMs, rejectsFile } = report;
      const { waiting } = this.#summary;
      const status = nodes.rejected === 0 ? "completed" : "completed_with_rejects";
      const counts = { files, filesRead: report.files.read, nodes, elapsedMs, waiting };
      this.#tell({ event: "batch", run, status, ...counts, rejectsFile });
    }
    return Math.max(intervalMs, scanMs * (lookingShare - 1));
  }

  async #scan(): Promise<Scan[]> {
    const { settleMs = defaultMs.settle, stuckMs = defaultMs.stuck, signal } = this.#options;
    const scans: Scan[] = [];
    for (const input of this.#inputs) scans.push(await scanInput(input, { settleMs, stuckMs, signal }));
    this.#summary.waiting = scans.reduce((sum, { settling, incomplete }) => sum + settling + incomplete, 0);
    for (const file of scans.flatMap(({ stuck }) => stuck)) {
      const { path, state, modifiedMs } = file;
      const message = explainStuck(file);
      this.#tell({
        event: "waiting",
        file: path,
        state,
        modified: new Date(modifiedMs).toISOString(),
        message,
      });
      this.#log.notice(message);
    }
    return scans;
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

  /** Tells a failure that passes, or may; the pause after it. Throws any other. */
  async #fail(error: unknown, attempt: number): Promise<number> {
    const { once, signal, retry = defaultRetry } = this.#options;
    const mayPass = this.#connection.wasOpen || isAway(error);
    if (once === true || signal?.aborted === true || !mayPass) throw error;
    await this.#connection.drop();
    const delayMs = retryDelayMs(attempt, retry);
    const failure = failureOf(error);
    if (this.#batch === null || isAway(error)) {
      this.#tell({ event: "retry", attempt, delayMs, error: failure });
    } else {
      const { files, startMs } = this.#batch;
      const elapsedMs = Math.round(performance.now() - startMs);
      const { waiting } = this.#summary;
      const counts = { files, elapsedMs, waiting, attempt, delayMs };
      this.#tell({ event: "batch", run: null, status: "failed", ...counts, error: failure });
    }
    return delayMs;
  }

  #tellStop(error?: WatchFailure): void {
    const { batches, files } = this.#summary;
    this.#tell({ event: "stop", batches, files, ...(error === undefined ? {} : { error }) });
  }

  #tell(event: Told): void {
    this.#options.onEvent?.({ time: new Date().toISOString(), ...event });
  }

  async #pause(pauseMs: number): Promise<void> {
    await setTimeout(pauseMs, undefined, { signal: this.#ends }).catch(() => undefined);
  }
}

function failureOf(thrown: unknown): WatchFailure {
  const error = wrapDatabaseError(thrown, "PostgreSQL refused");
  return { code: error instanceof CopycatError ? error.code : "INTERNAL", message: errorMessage(error) };
}

function cancelled(error: unknown): CopycatError {
  if (error instanceof CopycatError && error.code === "CANCELLED") return error;
  return new CopycatError("CANCELLED", "Cancelled; nothing was changed.", { cause: error });
}
