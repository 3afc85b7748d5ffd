// Runs that are recorded at two targets: a move takes them along, and leaves them where they were.

import { findTargetOf } from "./route.ts";
import type { Target } from "./types.ts";

interface RunAt {
  id: string;
  dataset: string;
  /** Name of the target that it is recorded at. */
  target: string;
}

/** Each run once: of those recorded at several targets the one to which its dataset goes, else the first. */
export function dropMoved<Run extends RunAt>(list: readonly Target[], runs: readonly Run[]): Run[] {
  const kept = new Map<string, Run>();
  for (const run of runs) {
    const isHome = (): boolean => findTargetOf({ path: "", list }, run.dataset)?.name === run.target;
    if (!kept.has(run.id) || isHome()) kept.set(run.id, run);
  }
  return runs.filter((run) => kept.get(run.id) === run);
}
