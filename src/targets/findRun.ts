// A run is on one of the targets; which one, its id does not say.

import type { Database } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import {
  getRun,
  type IngestOptions,
  type IngestReport,
  type RunDetails,
  resumeIngest,
} from "../ingest/index.ts";
import { kindOf } from "./askAll.ts";
import { dropMoved } from "./movedRuns.ts";
import { closeTargets, openTargets } from "./openTargets.ts";
import type { OpenedTarget, Target, Targets } from "./types.ts";
import type { TargetConnections } from "./withTarget.ts";

export interface FoundRun {
  target: Target;
  database: Database;
  run: RunDetails;
}

/**
 * @param idOrPrefix the first four or more characters of the run's id, as far as they are unique
 * @throws CopycatError NOT_FOUND; CONNECTION when it is on no target that answers, and not all do; USAGE when it is on several
 */
export async function findRun(opened: readonly OpenedTarget[], idOrPrefix: string): Promise<FoundRun> {
  const lost: OpenedTarget[] = [];
  const lists = await Promise.all(
    opened.map(async ({ target, database }): Promise<FoundRun[]> => {
      if (database === null) return [];
      const run = await getRun(database, idOrPrefix).catch((error: unknown) => {
        if (kindOf(error, target) === "down") lost.push({ target, database: null, error });
        return null;
      });
      // Schemas of one database share the record of its runs.
      return run?.catalogSchema === database.catalogSchema ? [{ target, database, run }] : [];
    }),
  );
  const all = lists.flat().map((one) => ({
    id: one.run.id,
    dataset: one.run.dataset,
    target: one.target.name,
    one,
  }));
  const list = opened.map(({ target }) => target);
  const [found, another] = dropMoved(list, all).map(({ one }) => one);
  if (found === undefined) throw notFound([...opened, ...lost], idOrPrefix);
  if (another === undefined) return found;
  throw new CopycatError(
    "USAGE",
    `${found.target.name} and ${another.target.name} both have a run that begins with ${idOrPrefix}. Give more characters.`,
  );
}

function notFound(opened: readonly OpenedTarget[], idOrPrefix: string): CopycatError {
  const down = opened.filter(({ database }) => database === null);
  const names = (list: readonly OpenedTarget[]): string => list.map(({ target }) => target.name).join(", ");
  const [first] = down;
  if (first === undefined) {
    return new CopycatError(
      "NOT_FOUND",
      `There is no run ${idOrPrefix} on ${names(opened)}. \`copycat runs\` lists those there are.`,
    );
  }
  return new CopycatError(
    "CONNECTION",
    `No target that answers has a run ${idOrPrefix}, and ${names(down)} cannot be asked. Try again when all are up.`,
    { cause: first.error },
  );
}

/**
 * As `resumeIngest`, on whichever target has the run.
 *
 * @throws CopycatError as `findRun` and `resumeIngest`
 */
export async function resumeTargetIngest(
  targets: Targets,
  idOrPrefix: string,
  options: Omit<IngestOptions, "inputs"> & TargetConnections = {},
): Promise<{ target: string; report: IngestReport }> {
  const { connect, onOpen, ...ingestOptions } = options;
  const opened = await openTargets(targets, connect);
  const watched: (() => void)[] = [];
  try {
    const { target, database, run } = await findRun(opened, idOrPrefix);
    if (onOpen !== undefined) watched.push(onOpen(target, database));
    return { target: target.name, report: await resumeIngest(database, run.id, ingestOptions) };
  } finally {
    for (const close of watched) close();
    await closeTargets(opened);
  }
}
