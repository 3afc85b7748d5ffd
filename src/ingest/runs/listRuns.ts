// What was ingested when, and by whom.

import { type Database, sqlState, wrapDatabaseError } from "../../database/index.ts";
import { CopycatError, errorCode } from "../../errors.ts";
import { addCounts } from "./counts.ts";
import { getRunSql, listRunsSql } from "./sql.ts";
import type { RunDetails, RunStatus, RunSummary } from "./types.ts";

export interface ListRunsOptions {
  /** Default 20. */
  limit?: number;
  /** Key of a data set. */
  dataset?: string;
  status?: RunStatus;
}

/**
 * The runs that filled the catalog of a database, newest first; none where nothing was ever recorded.
 *
 * @throws CopycatError PERMISSION when the role may not look at them
 *
 * @example
 * await listRuns(database, { dataset: "VDP", limit: 1 }); // the last one of VDP
 */
export async function listRuns(database: Database, options: ListRunsOptions = {}): Promise<RunSummary[]> {
  const { limit = 20, dataset = null, status = null } = options;
  return readRuns<RunSummary>(database, listRunsSql, [dataset, status, limit, database.catalogSchema]);
}

/** So short a beginning of an id is more likely a slip than a name. */
const leastCharacters = 4;

/**
 * Everything that is known of a run.
 *
 * @param idOrPrefix the first four or more characters of its id, as far as they are unique
 * @throws CopycatError NOT_FOUND; USAGE when it is no id, or not unique; PERMISSION
 */
export async function getRun(database: Database, idOrPrefix: string): Promise<RunDetails> {
  const prefix = idOrPrefix.toLowerCase();
  if (!/^[0-9a-f-]{4,36}$/.test(prefix)) {
    throw new CopycatError(
      "USAGE",
      `"${idOrPrefix}" is no run. Give the first ${leastCharacters} or more characters of an id; \`copycat runs\` lists them.`,
    );
  }
  const [run, another] = await readRuns<RunDetails>(database, getRunSql, [`${prefix}%`]);
  if (run === undefined) {
    throw new CopycatError(
      "NOT_FOUND",
      `There is no run ${idOrPrefix}. \`copycat runs\` lists those there are.`,
    );
  }
  if (another !== undefined) {
    throw new CopycatError(
      "USAGE",
      `More than one run begins with ${idOrPrefix}, such as ${run.id} and ${another.id}. Give more characters.`,
    );
  }
  return run;
}

async function readRuns<Run extends RunSummary>(
  database: Database,
  text: string,
  values: unknown[],
): Promise<Run[]> {
  try {
    const { rows } = await database.pool.query<Run>(text, values);
    // Another version may have counted less.
    return rows.map((run) => ({ ...run, counts: addCounts(run.counts) }));
  } catch (error) {
    if (errorCode(error) === sqlState.undefinedTable) return [];
    throw wrapDatabaseError(error, "Reading the record of runs failed");
  }
}
