// What the parts of a load share: where rejects go, and how far it has come.

import { CopycatError } from "../../errors.ts";
import type { RejectLine, RejectsFile } from "../../files/index.ts";
import { aside, words } from "../../wording.ts";
import type { RefusedPart } from "../formats/index.ts";

export interface LoadProgress {
  phase: "load" | "finish";
  /** Initial datasets and updates so far. */
  done: number;
  /** Null when nobody knows. */
  total: number | null;
  rejected: number;
  elapsedMs: number;
}

export interface JobOptions {
  rejects: RejectsFile;
  maxRejects: number;
  total: number | null;
  onProgress: ((progress: LoadProgress) => void) | undefined;
  signal: AbortSignal | undefined;
}

/** Progress is told after so many parts, or by whoever has news. */
const tellEvery = 200;

export class LoadJob {
  readonly #options: JobOptions;
  readonly #start = performance.now();
  #done = 0;
  #told = 0;

  constructor(options: JobOptions) {
    this.#options = options;
  }

  get rejected(): number {
    return this.#options.rejects.count;
  }

  get signal(): AbortSignal | undefined {
    return this.#options.signal;
  }

  /** Counts parts that are done with, or on their way. */
  advance(parts = 1): void {
    this.#done += parts;
    if (this.#done - this.#told < tellEvery) return;
    this.#told = this.#done;
    this.tell("load");
  }

  tell(phase: LoadProgress["phase"]): void {
    const { total, onProgress } = this.#options;
    onProgress?.({
      phase,
      done: this.#done,
      total,
      rejected: this.rejected,
      elapsedMs: Math.round(performance.now() - this.#start),
    });
  }

  /** @throws CopycatError TOO_MANY_REJECTS at the one that is too many; it is in the file as well */
  async refuse({ source, position, code, message, record }: RefusedPart | RejectLine): Promise<void> {
    const { rejects, maxRejects } = this.#options;
    await rejects.add({ source, position, code, message, record });
    if (rejects.count <= maxRejects) return;
    throw new CopycatError(
      "TOO_MANY_REJECTS",
      words(
        `More than ${maxRejects} parts were rejected`,
        aside("maxRejects"),
        `, the last one for: ${message.replace(/\.$/, "")}. What was committed before stays`,
        aside("commitEvery"),
        `. They are listed in ${rejects.path}.`,
      ),
    );
  }

  /** @throws CopycatError CANCELLED */
  refuseWhenAborted(): void {
    const { signal } = this.#options;
    if (signal?.aborted) {
      throw new CopycatError("CANCELLED", "The load was cancelled; what was committed before stays.", {
        cause: signal.reason,
      });
    }
  }
}
