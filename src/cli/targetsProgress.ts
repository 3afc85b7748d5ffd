// Progress of several servers that are filled at once, as one line.

import type { TargetProgress } from "../targets/index.ts";
import { formatDuration } from "./output.ts";
import { formatProgress } from "./progressLine.ts";

export interface AllProgress {
  /** Of each target, "east [1/2] VDP read": what is shown besides the sums. */
  phase: string;
  files: number;
  nodes: number;
  rejects: number;
  elapsedMs: number;
  /** Until all have been read; null while nobody knows. */
  etaMs: number | null;
}

export class TargetsProgress {
  readonly #start = performance.now();
  readonly #targetCount: number;
  /** The last of each group: what has ended still counts. */
  readonly #groups = new Map<string, TargetProgress>();
  /** The last of each target. */
  readonly #targets = new Map<string, TargetProgress>();

  /** @param targetCount how many will tell something */
  constructor(targetCount: number) {
    this.#targetCount = targetCount;
  }

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
      etaMs: this.#etaMs(),
    };
  }

  /** That of the slowest. Of groups that are still to come nothing is known, nor of targets that have not begun. */
  #etaMs(): number | null {
    const now = [...this.#targets.values()];
    const isLast = now.every(({ group }) => group === null || group.number === group.count);
    if (!isLast || now.length < this.#targetCount) return null;
    const left = now.filter(({ phase }) => phase === "read").map(leftMs);
    return left.length === 0 || left.includes(null) ? null : Math.max(...left.map((ms) => ms ?? 0));
  }
}

function leftMs({ files, elapsedMs }: TargetProgress): number | null {
  const { done, total } = files;
  return total === null || done === 0 ? null : Math.round((elapsedMs / done) * Math.max(0, total - done));
}

function place({ target, group, phase }: TargetProgress): string {
  const which = group === null ? "" : ` [${group.number}/${group.count}] ${group.name}`;
  return `${target}${which} ${phase}`;
}

/** "read 1,204 files, 14,448 nodes, 4,100 nodes/s, 3 rejects, ETA 12.0 s; east [2/2] VDP read, west merge" */
export function formatAllProgress({ phase, files, etaMs, ...counts }: AllProgress): string {
  // How many files there are is known of the groups that have begun only.
  const read = formatProgress({ ...counts, phase: "read", files: { done: files, total: null } });
  return `${read}${etaMs === null || etaMs === 0 ? "" : `, ETA ${formatDuration(etaMs)}`}; ${phase}`;
}
