// Data sets that grow, each watched and poured into the target it belongs to.

import { type ConnectOptions, openDatabase } from "../database/index.ts";
import { CopycatError, errorMessage } from "../errors.ts";
import {
  listDatasets,
  type WatchEvent,
  type WatchOptions,
  type WatchSummary,
  watchDataset,
} from "../ingest/index.ts";
import { atTarget } from "./atTarget.ts";
import { closeTargets, openTargets, placeOf } from "./openTargets.ts";
import { readTargets } from "./readTargets.ts";
import { findElsewhere } from "./refuseElsewhere.ts";
import { targetOf } from "./route.ts";
import { rejectsFileOf } from "./routeGroups.ts";
import type { Target, Targets } from "./types.ts";
import { withTarget } from "./withTarget.ts";

export type TargetWatchEvent = WatchEvent & { target: string };

export interface WatchTargetsOptions extends Omit<WatchOptions, "onEvent" | "beforeBatch"> {
  onEvent?: (event: TargetWatchEvent) => void;
  /** What connections to targets are like. */
  connect?: Omit<ConnectOptions, "dsn">;
}

/**
 * As `watchDataset`, into the targets of the inputs' datasets, all of them side by side. A target that is away keeps its own
 * inputs waiting only; one that refuses at the start ends all, with `once` when the others are done. Before each batch the
 * targets file is read again: when it sends the dataset elsewhere, all end after their batches, and begin anew by it. Only a
 * batch that waits for a move has looked before; the move tells of it.
 *
 * @param path of the targets file
 * @throws CopycatError as `readTargets` and `watchDataset`; USAGE when no target takes an input, or two are
 * the same catalog
 *
 * @example
 * await watchTargets("targets.yaml", { inputs: ["vdp.yaml", "edrixs.yaml"], onEvent: console.log, stop });
 */
export async function watchTargets(path: string, options: WatchTargetsOptions): Promise<WatchSummary> {
  if (options.inputs.length === 0) throw new CopycatError("USAGE", "Name at least one input.");
  const sum: WatchSummary = { batches: 0, files: 0, rejected: 0, waiting: 0 };
  for (;;) {
    const rerouted = new AbortController();
    const parts = await watchRouted(await readTargets(path), options, rerouted);
    for (const { batches, files, rejected } of parts) {
      sum.batches += batches;
      sum.files += files;
      sum.rejected += rejected;
    }
    sum.waiting = parts.reduce((total, { waiting }) => total + waiting, 0);
    if (!rerouted.signal.aborted || options.stop?.aborted === true) return sum;
  }
}

async function watchRouted(
  targets: Targets,
  options: WatchTargetsOptions,
  rerouted: AbortController,
): Promise<WatchSummary[]> {
  await closeTargets(await openTargets(targets, options.connect));
  const failed = new AbortController();
  const stop = AbortSignal.any([
    ...(options.stop === undefined ? [] : [options.stop]),
    ...[rerouted.signal, failed.signal],
  ]);
  const routes = await routeInputs(targets, options.inputs);
  const watches = Array.from(routes, async ([target, inputs]) => {
    try {
      return await watchAt(target, { ...options, inputs, stop }, { path: targets.path, rerouted });
    } catch (error) {
      if (options.once !== true) failed.abort();
      throw options.signal?.aborted === true ? error : atTarget(target, error);
    }
  });
  const settled = await Promise.allSettled(watches);
  const errors: unknown[] = settled.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
  if (errors.length > 0) throw oneOf(errors, options.signal);
  return settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
}

async function routeInputs(targets: Targets, inputs: readonly string[]): Promise<Map<Target, string[]>> {
  const routes = new Map<Target, string[]>();
  for (const input of inputs) {
    const [dataset = ""] = await listDatasets(input, { inputs: [input] });
    const target = targetOf(targets, dataset);
    routes.set(target, [...(routes.get(target) ?? []), input]);
  }
  return routes;
}

function watchAt(
  target: Target,
  { connect, onEvent, ingest = {}, log, ...options }: WatchTargetsOptions,
  { path, rerouted }: { path: string; rerouted: AbortController },
): Promise<WatchSummary> {
  const { name, dsn, schema } = target;
  const rejectsFile = rejectsFileOf(target, ingest.rejectsFile);
  const looked = new Set<string>();
  return watchDataset(() => openDatabase({ ...connect, ...placeOf(target) }), {
    ...options,
    ingest: { ...ingest, ...(rejectsFile === undefined ? {} : { rejectsFile }) },
    beforeBatch: async (dataset) => {
      const targets = await readTargets(path);
      const now = targetOf(targets, dataset);
      if (now.name === name && now.dsn === dsn && now.schema === schema) {
        if (!looked.has(dataset)) await requireHere(targets, target, dataset, connect);
        looked.add(dataset);
        return;
      }
      rerouted.abort();
      throw new CopycatError(
        "CONFLICT",
        `${path} sends ${dataset} to ${now.name} by now, so nothing more of it goes to ${name} as it was. The watch begins anew.`,
      );
    },
    ...(onEvent && { onEvent: (event: WatchEvent) => onEvent({ target: name, ...event }) }),
    ...(log && { log: { notice: (message: string) => log.notice(`${name}: ${message}`) } }),
  });
}

/** Once for each dataset: then it is here. */
async function requireHere(
  targets: Targets,
  target: Target,
  dataset: string,
  connect: WatchTargetsOptions["connect"] = {},
): Promise<void> {
  const elsewhere = await withTarget(target, { connect }, (database) =>
    findElsewhere(targets, { target, database }, [dataset], { connect }),
  );
  const error = elsewhere.get(dataset);
  if (error !== undefined) throw error;
}

function oneOf(errors: readonly unknown[], signal: AbortSignal | undefined): unknown {
  const [first] = errors;
  const defect = errors.find((error) => !(error instanceof CopycatError));
  if (defect !== undefined) return defect;
  if (errors.length === 1 || signal?.aborted === true || !(first instanceof CopycatError)) return first;
  return new CopycatError(first.code, `${errors.length} targets failed.`, {
    cause: first,
    details: errors.map((error) => errorMessage(error)),
  });
}
