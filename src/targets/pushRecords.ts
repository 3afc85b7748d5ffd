// Records that are pushed: they come one after the other, and whose they are is known as they come.

import type { Database } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { type IngestOptions, type IngestReport, ingest } from "../ingest/index.ts";
import { atTarget } from "./atTarget.ts";
import type { LiveTargets } from "./liveTargets.ts";
import { findAt, listNew } from "./refuseElsewhere.ts";
import { isSameTarget, requireRouted } from "./requireRouted.ts";
import { homeOf, targetOf } from "./route.ts";
import type { Target, Targets } from "./types.ts";

/** Their keys are held until the commit: about 100 MB. */
const mostDatasets = 1_000_000;

/** Where records go, by the file as it was then. */
export interface PushPlace {
  targets: Targets;
  target: Target;
  database: Database;
}

/**
 * Opens the target of a dataset.
 *
 * @param dataset of the first record; null where none can be taken: wherever these go, they are listed as rejects
 * @throws CopycatError as `targetOf`; CONNECTION when the target does not answer
 */
export async function openPlace(live: LiveTargets, dataset: string | null): Promise<PushPlace> {
  const targets = await live.read();
  const target = dataset === null ? homeOf(targets) : targetOf(targets, dataset);
  return { targets, target, database: await live.open(target) };
}

/**
 * As `ingest` of node records, in one transaction of one target. Records of a dataset that goes elsewhere end it with nothing
 * changed, and so do those of one that is new here and lies at another target, or that was moved before the commit.
 *
 * @throws CopycatError as `ingest`, with the target's name; USAGE for records of several targets; CONFLICT
 */
export async function ingestPushed(
  live: LiveTargets,
  { targets, target, database }: PushPlace,
  options: IngestOptions,
): Promise<IngestReport> {
  const datasets = new Set<string>();
  const checkDatasets = async (keys: readonly string[]): Promise<void> => {
    if (datasets.size + keys.length > mostDatasets) throw tooManyDatasets();
    for (const key of keys) {
      const other = targetOf(targets, key);
      if (!isSameTarget(other, target)) throw severalTargets({ key, other }, { datasets, target });
      datasets.add(key);
    }
    await refuseElsewhere(live, { targets, target, database }, keys, options);
  };
  try {
    return await ingest(database, {
      ...options,
      guard: { ...options.guard, checkDatasets },
      beforeCommit: async (client, report) => {
        await requireRouted(targets.path, target, [...datasets]);
        await options.beforeCommit?.(client, report);
      },
    });
  } catch (error) {
    throw namesTarget(error) ? error : atTarget(target, error);
  }
}

/** What is wrong with the records, or in the way of them, says so itself. */
function namesTarget(error: unknown): boolean {
  return error instanceof CopycatError && (error.code === "USAGE" || error.code === "CONFLICT");
}

function tooManyDatasets(): CopycatError {
  return new CopycatError(
    "USAGE",
    `The records are of more than ${mostDatasets} datasets. Send them in parts; nothing was changed.`,
  );
}

async function refuseElsewhere(
  live: LiveTargets,
  { targets, target, database }: PushPlace,
  keys: readonly string[],
  { log }: IngestOptions,
): Promise<void> {
  const wanted = await listNew(database, keys);
  if (wanted.length === 0) return;
  const others = (await live.look()).filter((one) => one.target.name !== target.name);
  const onNotice = log && ((message: string) => log.notice(`${target.name}: ${message}`));
  const found = await findAt(others, wanted, { targets, own: target, ...(onNotice && { onNotice }) });
  for (const error of found.values()) throw error;
}

function severalTargets(
  { key, other }: { key: string; other: Target },
  { datasets, target }: { datasets: ReadonlySet<string>; target: Target },
): CopycatError {
  const [first] = datasets;
  const before = first === undefined ? `those before it to ${target.name}` : `${first} to ${target.name}`;
  return new CopycatError(
    "USAGE",
    `The records are for several targets: ${key} goes to ${other.name}, ${before}. Send those of each target by themselves; ` +
      "nothing was changed.",
  );
}
