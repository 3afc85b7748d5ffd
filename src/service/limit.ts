// So much of something at once, and no more: who comes then is told to come later.

import { Refusal } from "./problem.ts";

export class Limit {
  readonly #most: number;
  readonly #what: string;
  #count = 0;

  /** @param what is counted: "requests with keys are worked on" */
  constructor(most: number, what: string) {
    this.#most = most;
    this.#what = what;
  }

  /** @throws Refusal 429 when there are too many; what `work` throws */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#count >= this.#most) {
      throw new Refusal(429, "BUSY", `${this.#count} ${this.#what} already; come again later.`, {
        headers: { "retry-after": "10" },
      });
    }
    this.#count += 1;
    try {
      return await work();
    } finally {
      this.#count -= 1;
    }
  }
}
