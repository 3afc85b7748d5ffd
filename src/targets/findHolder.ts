// The target that has a dataset: the one the file names, else whichever it lies on.

import { CopycatError } from "../errors.ts";
import { explainNowhere, findHolders, type Place } from "./findPlaces.ts";
import { closeTargets, openTargets } from "./openTargets.ts";
import { findTargetOf } from "./route.ts";
import type { OpenedTarget, Target, Targets } from "./types.ts";
import type { TargetConnections } from "./withTarget.ts";

export interface HolderOptions extends TargetConnections {
  /** The dataset lies on another target than the one to which the file sends it, null when to none. */
  onElsewhere?: (holder: Target, routed: Target | null) => void;
}

/**
 * Runs `work` where the dataset of a path is. The target that the file names for it is looked at first, and the others only
 * when it is not there. Of several others that have it, the first one of the file.
 *
 * @param path of the dataset, or of a node in it
 * @throws CopycatError NOT_FOUND when no target has the dataset; CONNECTION when none of those that answer has; USAGE for the
 * root, which all have
 */
export async function withHolder<Result>(
  targets: Targets,
  path: string,
  options: HolderOptions,
  work: (holder: Place) => Promise<Result>,
): Promise<Result> {
  const dataset = path.split("/").find((key) => key !== "");
  if (dataset === undefined) {
    throw new CopycatError("USAGE", "Every target has a root. Name a dataset, or a node in one.");
  }
  const routed = findTargetOf(targets, dataset);
  const opened: OpenedTarget[] = [];
  const look = async (list: readonly Target[]): Promise<Place | undefined> => {
    const more = await openTargets({ ...targets, list }, options.connect);
    opened.push(...more);
    return (await findHolders(more, dataset))[0];
  };
  try {
    const expected = routed === null ? undefined : await look([routed]);
    const holder = expected ?? (await look(targets.list.filter((target) => target !== routed)));
    if (holder === undefined) throw await explainNowhere(opened, dataset);
    if (expected === undefined) options.onElsewhere?.(holder.target, routed);
    const unwatch = options.onOpen?.(holder.target, holder.database);
    try {
      return await work(holder);
    } finally {
      unwatch?.();
    }
  } finally {
    await closeTargets(opened);
  }
}
