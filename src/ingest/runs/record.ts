// The record of one ingest while it goes on: a row in copycat.run, and a lock that tells that its process lives.

import type { ClientBase, QueryResult } from "pg";
import {
  type Database,
  ensureEngineTables,
  SessionLock,
  withRetry,
  withTransaction,
  wrapDatabaseError,
} from "../../database/index.ts";
import { CopycatError, errorMessage } from "../../errors.ts";
import { type Log, silentLog } from "../../log.ts";
import type { NameSetting } from "../../wording.ts";
import type { IngestReport } from "../types.ts";
import { addCounts, noCounts, type SomeCounts } from "./counts.ts";
import { getRun } from "./listRuns.ts";
import { checkResumable, goesOn, startOf } from "./resumable.ts";
import { explainUnrecorded, isRefused } from "./rights.ts";
import { owner, runner } from "./runner.ts";
import {
  advanceRunSql,
  beginRunSql,
  failRunSql,
  finishRunSql,
  lockRunSql,
  resumeRunSql,
  runLockClass,
  runTable,
} from "./sql.ts";
import type { EndStatus, RunCounts, RunStart } from "./types.ts";

export interface ResumedRun {
  record: RunRecord;
  start: RunStart;
  /** Of the parts that are in. */
  counts: RunCounts;
  /** Where to go on; null: from the start. */
  position: unknown;
  commits: number;
}

export class RunRecord {
  readonly id: string;
  readonly #database: Database;
  readonly #lock: SessionLock | null;
  readonly #log: Log;
  readonly #startMs = performance.now();
  /** Worked before this process took it up. */
  readonly #earlierMs: number;
  #hasParts: boolean;

  private constructor(database: Database, lock: SessionLock | null, facts: RecordFacts) {
    this.id = facts.id;
    this.#database = database;
    this.#lock = lock;
    this.#log = facts.log;
    this.#earlierMs = facts.earlierMs;
    this.#hasParts = facts.commits > 0;
  }

  /**
   * Records that a run begins. Null, and a notice that says what to grant, when the role may not make or write the
   * tables: a load works without.
   */
  static async begin(database: Database, start: RunStart, log: Log = silentLog): Promise<RunRecord | null> {
    let lock: SessionLock | null = null;
    try {
      await ensureEngineTables(database, runTable);
      lock = await takeLock(database, start.id, log);
      const { id, catalogSchema, dataset, source, inputs, options, rejectsFile } = start;
      const { rowCount } = await database.pool.query(beginRunSql, [
        id,
        catalogSchema,
        dataset,
        source,
        [...inputs],
        JSON.stringify(options),
        JSON.stringify(noCounts()),
        rejectsFile,
        ...runner(),
      ]);
      if (rowCount !== 1) throw isIn(id);
      return new RunRecord(database, lock, { id, log, earlierMs: 0, commits: 0 });
    } catch (error) {
      await lock?.release();
      if (!isRefused(error)) throw wrapDatabaseError(error, "Recording the run failed");
      log.notice(`This run is not recorded: ${await explainUnrecorded(database)}`);
      return null;
    }
  }

  /**
   * Takes up a run that failed or was interrupted. The counts, the position and the time go on where they were.
   *
   * @param idOrPrefix the first four or more characters of its id, as far as they are unique
   * @throws CopycatError NOT_FOUND; CONFLICT when it is still going on; USAGE when it is completed, when the prefix is
   * not unique, or when it read standard input; PERMISSION
   */
  static async resume(database: Database, idOrPrefix: string, log: Log = silentLog): Promise<ResumedRun> {
    const { id } = await getRun(database, idOrPrefix);
    const lock = await SessionLock.take(database, { classId: runLockClass, key: id });
    try {
      // Looked at again, now that nobody else can take it.
      const run = await getRun(database, id);
      checkResumable(run, lock !== null);
      const { rowCount } = await database.pool.query(resumeRunSql, [id, ...runner()]);
      if (rowCount !== 1) throw goesOn(run);
      const { counts, position, commits, elapsedMs } = run;
      const record = new RunRecord(database, lock, { id, log, earlierMs: elapsedMs ?? 0, commits });
      return { record, start: startOf(run), counts, position, commits };
    } catch (error) {
      await lock?.release();
      throw wrapDatabaseError(error, `Taking up the run ${id} failed`);
    }
  }

  /**
   * Inside the transaction of a part's rows: adds its counts and moves the position on.
   *
   * @param position any JSON
   * @throws CopycatError CONFLICT when another process has taken the run up meanwhile, as it may when the connection
   * that held the lock broke
   */
  async advance(client: ClientBase, counts: SomeCounts, position: unknown): Promise<void> {
    const { rows } = await client.query<{ counts: SomeCounts }>(lockRunSql, [this.id, ...owner]);
    const [row] = rows;
    if (row === undefined) {
      throw new CopycatError(
        "CONFLICT",
        `Another process has taken up the run ${this.id}. Let it finish; \`copycat runs show ${this.id}\` tells how far it is.`,
      );
    }
    await client.query(advanceRunSql, [
      this.id,
      JSON.stringify(addCounts(row.counts, counts)),
      JSON.stringify(position),
      this.#elapsedMs(),
    ]);
    this.#hasParts = true;
  }

  /**
   * The rows are in. What cannot be recorded of it is told, and no failure.
   *
   * @param counts default: those of the report, or of the parts together where there were parts
   */
  async finish(
    status: Exclude<EndStatus, "failed">,
    report: IngestReport,
    counts: SomeCounts | null = this.#hasParts ? null : report,
  ): Promise<void> {
    const values = [
      status,
      this.#elapsedMs(),
      JSON.stringify(report),
      report.dataset,
      report.source,
      report.rejectsFile,
      counts === null ? null : JSON.stringify(addCounts(counts)),
    ];
    try {
      const isOurs = await this.#write(finishRunSql, values, 4);
      if (!isOurs) throw new CopycatError("CONFLICT", "another process has taken it up.");
    } catch (error) {
      this.#log.notice(
        `All is in, but the record of the run ${this.id} could not be completed: ${errorMessage(error)}`,
      );
    }
  }

  /** The run failed. Never throws: a server that has gone is often the reason, and then the lost lock tells it. */
  async fail(error: unknown, name?: NameSetting): Promise<void> {
    // A server that does not answer takes 15 s to be given up, each time.
    await this.#write(failRunSql, [this.#elapsedMs(), explain(error, name)], 2).catch(() => undefined);
  }

  /** Lets the lock go. A run that neither finished nor failed counts as interrupted from then on. */
  async close(): Promise<void> {
    await this.#lock?.release();
  }

  #elapsedMs(): number {
    return Math.round(this.#earlierMs + performance.now() - this.#startMs);
  }

  /** False when the run is another process's. Both statements may be sent twice. */
  async #write(text: string, values: unknown[], attempts: number): Promise<boolean> {
    const write = (): Promise<QueryResult> =>
      withTransaction(this.#database, (client) => client.query(text, [this.id, ...owner, ...values]));
    const { rowCount } = await withRetry(write, { attempts, maxDelayMs: 500, afterUnknownOutcome: true });
    return rowCount === 1;
  }
}

interface RecordFacts {
  id: string;
  log: Log;
  earlierMs: number;
  commits: number;
}

function isIn(id: string): CopycatError {
  return new CopycatError(
    "CONFLICT",
    `The run ${id} is in already; \`copycat runs show ${id}\` tells what it brought. Give another run another id.`,
  );
}

/** A run goes on without its lock; it only looks interrupted to others. */
async function takeLock(database: Database, id: string, log: Log): Promise<SessionLock | null> {
  try {
    return await SessionLock.take(database, { classId: runLockClass, key: id });
  } catch (error) {
    log.notice(
      `The run ${id} has no connection to spare for its lock (${errorMessage(error)}); ` +
        "`copycat runs` will call it interrupted until it ends.",
    );
    return null;
  }
}

const mostDetails = 20;

function explain(thrown: unknown, name: NameSetting | undefined): string {
  const error = wrapDatabaseError(thrown, "PostgreSQL refused");
  const details = error instanceof CopycatError ? error.details.slice(0, mostDetails) : [];
  // PostgreSQL takes no character 0.
  return [errorMessage(error, name), ...details].join("\n").replaceAll("\0", "");
}
