// So many jobs at once and no more: who brings another one waits until a worker is free.

import { CopycatError, errorMessage } from "../../errors.ts";

export class Workers {
  readonly #most: number;
  readonly #running = new Set<Promise<void>>();
  #errors: unknown[] = [];

  constructor(most: number) {
    if (!Number.isSafeInteger(most) || most < 1) {
      throw new CopycatError("USAGE", `workers is ${most}; it must be a whole number of at least 1.`);
    }
    this.#most = most;
  }

  /** Resolves when the job has begun. What it throws is kept for `flush`. */
  async submit(job: () => Promise<unknown>): Promise<void> {
    while (this.#running.size >= this.#most) await Promise.race(this.#running);
    const running: Promise<void> = job()
      .catch((error: unknown) => {
        this.#errors.push(error);
      })
      .then(() => {
        this.#running.delete(running);
      });
    this.#running.add(running);
  }

  /**
   * Waits for all that was submitted.
   *
   * @throws CopycatError when jobs failed since the last flush: `details` has a line of each, the code is that of the first
   */
  async flush(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    const errors = this.#errors;
    this.#errors = [];
    const [first] = errors;
    if (first === undefined) return;
    const code = first instanceof CopycatError ? first.code : "INTERNAL";
    const lines = errors.map((error) => errorMessage(error));
    const count = errors.length === 1 ? "1 error was raised" : `${errors.length} errors were raised`;
    throw new CopycatError(code, `${count}: ${lines.join("; ")}`, { cause: first, details: lines });
  }
}
