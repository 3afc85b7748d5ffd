// A load that waited for a move: its dataset is at another target by now.

import { CopycatError } from "../errors.ts";
import { readTargets } from "./readTargets.ts";
import { findTargetOf } from "./route.ts";
import type { Target } from "./types.ts";

/**
 * For the end of a load's transaction. A move holds the locks that a load has at its end until the targets file is changed: who
 * waited for it sees that here, and writes nothing at the old place. A file that cannot be read now changes nothing.
 *
 * @param path of the targets file
 * @throws CopycatError CONFLICT
 */
export async function requireRouted(
  path: string,
  target: Target,
  datasets: readonly string[],
): Promise<void> {
  const targets = await readTargets(path).catch(() => null);
  if (targets === null) return;
  for (const dataset of datasets) {
    const now = findTargetOf(targets, dataset);
    if (now === null || isSameTarget(now, target)) continue;
    throw new CopycatError(
      "CONFLICT",
      `${path} sends ${dataset} to ${now.name} by now, so nothing of it went to ${target.name}, and nothing was changed. ` +
        "The same again loads it there.",
    );
  }
}

/** Whether what is sent to one goes where the other was. */
export function isSameTarget(one: Target, other: Target): boolean {
  return one.name === other.name && one.dsn === other.dsn && one.schema === other.schema;
}
