// The one way results read a group: how it begins, the newest snapshot before the window, and the updates after that.

import { CopycatError } from "../../errors.ts";
import type { UpdateKey, UpdateQuery } from "../types.ts";
import type { ColumnFacts } from "./column.ts";
import type { DatasetContext } from "./context.ts";
import { GroupProgress } from "./groupProgress.ts";

export interface WalkOptions {
  group: string;
  /** Only these are read, and ids; default: all. */
  attributes?: readonly string[];
  /** Timestamps before it are not stopped at. */
  from?: number;
  /** Included. */
  to?: number;
  known?: ReadonlyMap<string, ColumnFacts>;
}

export interface Step {
  /** Of the newest update in it; null before all of them. */
  timestamp: number | null;
  /** True for the first step, which is the state just before the window. */
  isStart: boolean;
  /** Goes on with the next step: read what is wanted before. */
  progress: GroupProgress;
}

/** The state before the window, then that after each timestamp of the group's updates in it. */
export async function* walk(context: DatasetContext, options: WalkOptions): AsyncGenerator<Step> {
  const { group, from = Number.NEGATIVE_INFINITY } = options;
  const progress = new GroupProgress(options);
  const { beginning, dataset } = context;
  const refused = beginning.refused.get(group);
  if (refused !== undefined) {
    throw new CopycatError("INVALID_INPUT", `The initial data of ${dataset} cannot be read: ${refused}`);
  }
  const initial = beginning.data.get(group);
  if (initial !== undefined) progress.apply(initial, `the initial data of ${dataset}.${group}`);
  const base = await applyBase(context, options, progress);
  let timestamp = base?.timestamp ?? null;
  let isStart = true;
  for await (const update of context.source.readUpdates(queryOf(context, options, base))) {
    const data = update.data.get(group);
    if (data === undefined || data.size === 0) continue;
    const isNext = timestamp !== update.timestamp;
    if (isStart && update.timestamp >= from) {
      yield { timestamp, isStart, progress };
      isStart = false;
    } else if (!isStart && isNext) yield { timestamp, isStart, progress };
    progress.apply(data, whereOf(context, group, update));
    timestamp = update.timestamp;
  }
  yield { timestamp, isStart, progress };
}

async function applyBase(
  { source, dataset }: DatasetContext,
  { group, from, to = Number.MAX_SAFE_INTEGER }: WalkOptions,
  progress: GroupProgress,
): Promise<UpdateKey | null> {
  if (from === undefined || source.readBase === undefined) return null;
  const base = await source.readBase(dataset, group, Math.min(from - 1, to));
  // Of a group that had no update yet there is nothing in it.
  if (base !== null && base.data.size > 0) {
    progress.apply(base.data, `a snapshot of ${dataset}.${group} at ${base.timestamp}`);
  }
  return base;
}

function queryOf(
  { dataset }: DatasetContext,
  { group, attributes, to }: WalkOptions,
  base: UpdateKey | null,
): UpdateQuery {
  return {
    dataset,
    groups: [group],
    // With `id` the updates that have none of the attributes come too: they may bring entities, and are moments in time.
    ...(attributes === undefined ? {} : { attributes: [...attributes, "id"] }),
    ...(to === undefined ? {} : { to }),
    ...(base === null ? {} : { after: { timestamp: base.timestamp, iteration: base.iteration } }),
  };
}

function whereOf({ dataset }: DatasetContext, group: string, { timestamp, iteration }: UpdateKey): string {
  return `${dataset}.${group} at ${timestamp} (iteration ${iteration})`;
}
