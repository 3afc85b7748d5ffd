// Progress of several servers that are filled at once, as one line.

import type { TargetProgress } from "../targets/index.ts";
import { formatProgress } from "./progressLine.ts";

export interface AllProgress {
  /** Of each target, "east [1/2] VDP read": what is shown besides the sums. */
  phase: string;
  files: number;
  nodes: number;
  rejects: number;
  elapsedMs: number;
}

export class TargetsProgress {
  readonly #start = performance.now();
  /** The last of each group: what has ended still counts. */
  readonly #groups = new Map<string, TargetProgress>();
  /** The last of each target. */
  readonly #targets = new Map<string, TargetProgress>();

  /** Adds what one target tells; all of them together. */
  add(progress: TargetProgress): AllProgress {
    const { target, group } = progress;
    this.#targets.set(target, progress);
    this.#groups.set(`${target} ${group?.number}`, progress);
    const groups = [...this.#groups.values()];
    const sum = (of: (group: TargetProgress) => number): number =>
      groups.reduce((total, one) => total + of(one), 0);
    return {
      phase: Array.from(this.#targets.values(), place).join(", "),
      files: sum(({ files }) => files.done),
      nodes: sum(({ nodes }) => nodes),
      rejects: sum(({ rejects }) => rejects),
      elapsedMs: Math.round(performance.now() - this.#start),
    };
  }
}

function place({ target, group, phase }: TargetProgress): string {
  const which = group === null ? "" : ` [${group.number}/${group.count}] ${group.name}`;
  return `${target}${which} ${phase}`;
}

/** "read 1,204 files, 14,448 nodes, 4,100 nodes/s, 3 rejects; east [1/2] VDP read, west merge" */
export function formatAllProgress({ phase, files, ...counts }: AllProgress): string {
  // How many files there are is known of the groups that have begun only.
  return `${formatProgress({ ...counts, phase: "read", files: { done: files, total: null } })}; ${phase}`;
}
