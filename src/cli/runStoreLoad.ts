// What every load into a store has around it: progress, signals, a dry run that starts no server, the report.

import type { Database } from "../database/index.ts";
import type { Log } from "../log.ts";
import { exitCodes } from "./exitCodes.ts";
import { makeLog, printJson, printResult } from "./output.ts";
import { formatLoadProgress, type LoadProgress, makeProgressLine } from "./progressLine.ts";
import { abortOnSignals } from "./signals.ts";
import { databaseExists, type OpenedDatabase, withDatabase } from "./withDatabase.ts";

export interface LoadHooks {
  signal: AbortSignal;
  log: Log;
  onProgress: (progress: LoadProgress) => void;
}

export interface StoreLoad<Report> {
  /** `memory load` */
  command: string;
  flags: { dsn?: string; dryRun: boolean; json: boolean; quiet: boolean };
  /** Told at the first signal. */
  stopping: string;
  /** Looks at the input and changes nothing. */
  check(hooks: LoadHooks): Promise<void>;
  /** Null only in a dry run. */
  load(database: Database | null, hooks: LoadHooks): Promise<Report>;
  format(report: Report, opened: OpenedDatabase | null): string;
}

/** @returns the exit code */
export async function runStoreLoad<Report extends { rejected: number }>(
  job: StoreLoad<Report>,
): Promise<number> {
  const { flags } = job;
  const progress = makeProgressLine(process.stderr, flags.quiet, formatLoadProgress);
  const { notice } = makeLog(flags.quiet);
  const log = {
    notice: (message: string): void => {
      progress.clear();
      notice(message);
    },
  };
  const { signal, release } = abortOnSignals(() => log.notice(`\n${job.stopping}`));
  const hooks = { signal, log, onProgress: progress.show };
  const run = async (opened: OpenedDatabase | null): Promise<number> => {
    const report = await job.load(opened?.database ?? null, hooks);
    progress.clear();
    if (flags.json) printJson(report);
    else printResult(job.format(report, opened));
    return report.rejected === 0 ? exitCodes.ok : exitCodes.rejects;
  };
  try {
    // Before a server is started or a schema made: a mistyped name must leave nothing behind.
    await job.check(hooks);
    if (flags.dryRun && !databaseExists(flags)) return await run(null);
    return await withDatabase(job.command, { ...flags, onWait: log.notice }, run);
  } catch (error) {
    progress.clear();
    throw error;
  } finally {
    release();
  }
}
