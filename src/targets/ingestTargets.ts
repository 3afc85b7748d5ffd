// Data sets poured into several servers side by side, each where it belongs.

import { ensureCatalog } from "../catalog/index.ts";
import { type Hdf5Reader, openHdf5Reader } from "../hdf5/index.ts";
import { type GroupProgress, type GroupResult, type IngestAllOptions, ingestAll } from "../ingest/index.ts";
import { atTarget } from "./atTarget.ts";
import { closeTargets, openTargets } from "./openTargets.ts";
import { type ElsewhereOptions, findElsewhere } from "./refuseElsewhere.ts";
import { type RoutedGroup, rejectsFileOf, routeGroups } from "./routeGroups.ts";
import type { Target, Targets } from "./types.ts";
import { type TargetConnections, withTarget } from "./withTarget.ts";

export interface TargetProgress extends GroupProgress {
  target: string;
}

/** What became of a group, and where; `target` is null for what could not be taken to any. */
export type TargetResult = GroupResult & { target: string | null };

export interface IngestTargetsOptions
  extends Omit<IngestAllOptions, "onProgress" | "onResult">,
    TargetConnections {
  /** Told of all targets in turn. */
  onProgress?: (progress: TargetProgress) => void;
  /** Told after each group. */
  onResult?: (result: TargetResult) => void;
}

/**
 * Pours inputs into the targets of their datasets: all targets at once, in each one group after the other, as `ingestAll`
 * does. Each group is one transaction and one run of its target; nothing spans two. A target that is down, or refuses,
 * fails its own groups only. The same call again does what is left, and finds the rest in. A dataset that its target does not
 * have and another one has is refused: moved first, it is there once.
 *
 * Threads that read HDF5 are shared by all. `rejectsFile` has the target's name put into it, one file for each.
 *
 * @param groups what `routeGroups` made of the options, for who has asked it before
 * @returns what became of each group, in the order of the inputs
 * @throws CopycatError UNREADABLE_SOURCE, INVALID_INPUT or USAGE when no group can be taken; USAGE when two targets are the
 * same catalog, before anything is loaded
 *
 * @example
 * const targets = await readTargets("targets.yaml");
 * const results = await ingestTargets(targets, { inputs: ["vdp.yaml", "edrixs.yaml"] });
 * const failed = results.filter(({ error }) => error !== null);
 */
export async function ingestTargets(
  targets: Targets,
  options: IngestTargetsOptions,
  groups?: readonly RoutedGroup[],
): Promise<TargetResult[]> {
  const { onResult, workers } = options;
  const routed = groups ?? (await routeGroups(targets, options));
  await closeTargets(await openTargets(targets, options.connect));
  const results = new Map<GroupResult["group"], TargetResult>();
  const tell = (result: TargetResult): void => {
    results.set(result.group, result);
    onResult?.(result);
  };
  const reader = options.reader ?? openHdf5Reader(workers === undefined ? {} : { workers });
  try {
    for (const group of routed) {
      if (group.target === null) tell({ group, target: null, report: null, error: group.error });
    }
    const jobs = targets.list.flatMap((target) => {
      const own = routed.filter((group) => group.target?.name === target.name);
      return own.length === 0 ? [] : pourInto(target, own, { targets, options, reader, tell });
    });
    await Promise.all(jobs);
  } finally {
    if (options.reader === undefined) await reader.close();
  }
  return routed.flatMap((group) => results.get(group) ?? []);
}

interface Job {
  targets: Targets;
  options: IngestTargetsOptions;
  reader: Hdf5Reader;
  tell: (result: TargetResult) => void;
}

/** Never rejects: what goes wrong here must not stop the others. */
async function pourInto(target: Target, groups: readonly RoutedGroup[], job: Job): Promise<void> {
  const { options, tell } = job;
  const left = new Set<GroupResult["group"]>(groups);
  const fail = (group: GroupResult["group"], thrown: unknown): void =>
    tell({ group, target: target.name, report: null, error: atTarget(target, thrown) });
  try {
    await withTarget(target, options, async (database) => {
      if (options.dryRun !== true) await ensureCatalog(database);
      const own = ownOptions(target, job, (result) => {
        left.delete(result.group);
        if (result.report === null) fail(result.group, result.error);
        else tell({ ...result, target: target.name });
      });
      const keys = groups.flatMap(({ datasets }) => datasets);
      const elsewhere = await findElsewhere(
        job.targets,
        { target, database },
        keys,
        lookOptions(target, job),
      );
      const refused = groups.filter(({ datasets }) => datasets.some((key) => elsewhere.has(key)));
      for (const group of refused) {
        left.delete(group);
        const key = group.datasets.find((one) => elsewhere.has(one)) ?? "";
        tell({ group, target: target.name, report: null, error: elsewhere.get(key) });
      }
      await ingestAll(
        database,
        own,
        groups.filter((group) => !refused.includes(group)),
      );
    });
  } catch (thrown) {
    for (const group of left) fail(group, thrown);
  }
}

function lookOptions(target: Target, { options: { connect, log } }: Job): ElsewhereOptions {
  return {
    ...(connect && { connect }),
    ...(log && { onNotice: (message: string) => log.notice(`${target.name}: ${message}`) }),
  };
}

function ownOptions(
  target: Target,
  { options, reader }: Job,
  onResult: (result: GroupResult) => void,
): IngestAllOptions {
  const { onProgress, rejectsFile: named, log, ...common } = options;
  const rejectsFile = rejectsFileOf(target, named);
  return {
    ...common,
    reader,
    onResult,
    ...(rejectsFile !== undefined && { rejectsFile }),
    ...(log && { log: { notice: (message) => log.notice(`${target.name}: ${message}`) } }),
    ...(onProgress && { onProgress: (progress) => onProgress({ ...progress, target: target.name }) }),
  };
}
