// The load of a simulation into a store: read, load, rejects file, report. What `copycat simulation load` does.

import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { type BeforeCommit, type MergePolicy, mergePolicies } from "../../bulk/index.ts";
import { type Database, embeddedFolderName } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import { checkRejectsFile, RejectsFile } from "../../files/index.ts";
import { type Log, silentLog } from "../../log.ts";
import { openSimulationStore, type SimulationStore } from "../store/index.ts";
import { addCounts, type LoadCounts } from "./counts.ts";
import { checkInput, type InputOptions, type LoadInput, openInput, scenarioOf } from "./input.ts";
import { loadInitials } from "./loadInitials.ts";
import { LoadJob, type LoadProgress } from "./loadJob.ts";
import { loadUpdates } from "./loadUpdates.ts";
import { planLoad } from "./planLoad.ts";

export interface LoadSimulationOptions extends InputOptions {
  /** Which run of a simulation it is; default: the name of the folder or file. */
  scenario?: string;
  /** Where the store's tables live; default `simulation`. */
  schema?: string;
  /** What to do with what is there already; default `skip`, which does not even open it. */
  policy?: MergePolicy;
  /** Where rejects go; default `.copycat/rejects/RUN.ndjson`, made when the first one comes. */
  rejectsFile?: string;
  /** More rejects than this are an error; what was committed before stays. Default: no limit. */
  maxRejects?: number;
  /** Updates a transaction; 0: all of them in one. Default 1000. Each initial dataset is one of its own. */
  commitEvery?: number;
  /** Read, check, count; change nothing. */
  dryRun?: boolean;
  /**
   * Called at the end of the transaction of the updates, inside it, with the report as far as it is known, and all rejects
   * in their file. Not in a dry run; needs `commitEvery: 0`.
   */
  beforeCommit?: BeforeCommit<LoadSimulationReport>;
  onProgress?: (progress: LoadProgress) => void;
  log?: Log;
}

export interface LoadSimulationReport extends LoadCounts {
  scenario: string;
  status: "completed" | "completed_with_rejects";
  elapsedMs: number;
  rowsPerSecond: number;
  /** Null when nothing was rejected. */
  rejectsFile: string | null;
}

export const defaultCommitEvery = 1000;

/**
 * Pours a simulation into a scenario of a store, which is made when there is none: a folder of JSON or MessagePack files,
 * an SQLite file, an exported HDF5 file, or a file of records. Parts that cannot go in become rejects; all others are in when this resolves.
 *
 * A load that was stopped, however, goes on where it was: under `skip` what the store has is not opened again.
 *
 * @param database null only for a dry run
 * @throws CopycatError UNREADABLE_SOURCE, USAGE, TOO_MANY_REJECTS, CONFLICT, CANCELLED, CONNECTION, DATABASE
 *
 * @example
 * const report = await loadSimulation(database, { input: "runs/flood_1953" });
 * console.log(report.updates, report.rejectsFile);
 */
export async function loadSimulation(
  database: Database | null,
  options: LoadSimulationOptions,
): Promise<LoadSimulationReport> {
  const start = performance.now();
  await checkLoad(options);
  const scenario = options.scenario ?? (await scenarioOf(options.input));
  const rejects = new RejectsFile(
    resolve(options.rejectsFile ?? `${embeddedFolderName}/rejects/${randomUUID()}.ndjson`),
    Number.POSITIVE_INFINITY,
    { keep: options.dryRun !== true || options.rejectsFile !== undefined },
  );
  const input = await openInput(options);
  const reportOn = (counts: LoadCounts, rejectsFile: string | null): LoadSimulationReport => {
    const elapsedMs = Math.round(performance.now() - start);
    return {
      scenario,
      status: counts.rejected === 0 ? "completed" : "completed_with_rejects",
      ...counts,
      elapsedMs,
      rowsPerSecond: Math.round((counts.read * 1000) / Math.max(1, elapsedMs)),
      rejectsFile,
    };
  };
  try {
    const counts = await run(database, input, { rejects, scenario, options, reportOn });
    return reportOn(counts, await rejects.close());
  } finally {
    await input.close();
    await rejects.close().catch(() => undefined);
  }
}

/**
 * Opens nothing but looks: what is not there is said before a server is started or a schema made. `loadSimulation` does
 * the same first.
 *
 * @throws CopycatError UNREADABLE_SOURCE, USAGE
 */
export async function checkLoad(options: LoadSimulationOptions): Promise<void> {
  const { input, policy = "skip", commitEvery = 0, rejectsFile, scenario } = options;
  if (!mergePolicies.includes(policy)) {
    throw new CopycatError("USAGE", `Unknown on_conflict "${policy}"; use ${mergePolicies.join(", ")}.`);
  }
  if (!Number.isSafeInteger(commitEvery) || commitEvery < 0) {
    throw new CopycatError(
      "USAGE",
      `commitEvery is ${commitEvery}; it must be a whole number of at least 0.`,
    );
  }
  if (options.beforeCommit !== undefined && options.commitEvery !== 0) {
    throw new CopycatError("USAGE", "beforeCommit needs one transaction for all updates: commitEvery: 0.");
  }
  await checkInput(options);
  if (scenario === undefined) await scenarioOf(input);
  if (rejectsFile !== undefined) await checkRejectsFile(rejectsFile, [input]);
}

interface RunJob {
  rejects: RejectsFile;
  scenario: string;
  options: LoadSimulationOptions;
  reportOn: (counts: LoadCounts, rejectsFile: string | null) => LoadSimulationReport;
}

async function run(
  database: Database | null,
  input: LoadInput,
  { rejects, scenario, options, reportOn }: RunJob,
): Promise<LoadCounts> {
  const { policy = "skip", commitEvery = defaultCommitEvery, log = silentLog, dryRun = false } = options;
  for (const notice of input.notices) log.notice(notice);
  const job = new LoadJob({
    rejects,
    maxRejects: options.maxRejects ?? Number.POSITIVE_INFINITY,
    total: await input.countParts(),
    onProgress: options.onProgress,
    signal: options.signal,
  });
  const place = { scenario, ...(options.schema === undefined ? {} : { schema: options.schema }) };
  if (dryRun) {
    const store = database === null ? null : await findStore(database, place);
    return planLoad(store, input, { job, policy });
  }
  if (database === null) throw new CopycatError("USAGE", "Only a dry run goes without a database.");
  const store = await openSimulationStore(database, place);
  const onNotice = (message: string): void => log.notice(message);
  const initials = await loadInitials(store, input, { job, policy, onNotice });
  const { beforeCommit } = options;
  const updates = await loadUpdates(store, input, {
    job,
    policy,
    commitEvery,
    onNotice,
    beforeCommit:
      beforeCommit &&
      (async (client, counts) =>
        beforeCommit(client, reportOn(addCounts(initials, counts), await rejects.flush()))),
  });
  const counts = addCounts(initials, updates);
  job.tell("finish");
  return counts;
}

async function findStore(
  database: Database,
  place: { scenario: string; schema?: string },
): Promise<SimulationStore | null> {
  try {
    return await openSimulationStore(database, { ...place, create: false });
  } catch (error) {
    if (error instanceof CopycatError && error.code === "NOT_FOUND") return null;
    throw error;
  }
}
