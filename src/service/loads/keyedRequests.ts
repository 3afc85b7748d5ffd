// Requests with a key of their own hold a lock each, on a connection each: so many at once, and no more.

import type { Database } from "../../database/index.ts";
import { Refusal } from "../problem.ts";
import { lockRequest } from "./answered.ts";

export class KeyedRequests {
  readonly #database: Database;
  readonly #most: number;
  #count = 0;

  /** @param most at once; connections beside the pool's */
  constructor(database: Database, most: number) {
    this.#database = database;
    this.#most = most;
  }

  /**
   * Runs `work` while nobody else, in any process, works on a request with this key.
   *
   * @throws Refusal 409 when somebody does, 429 when there are too many; what `work` throws
   */
  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    if (this.#count >= this.#most) {
      throw new Refusal(
        429,
        "BUSY",
        `${this.#count} requests with keys are worked on already; come again later.`,
        {
          headers: { "retry-after": "10" },
        },
      );
    }
    this.#count += 1;
    try {
      const lock = await lockRequest(this.#database, key);
      try {
        return await work();
      } finally {
        await lock.release();
      }
    } finally {
      this.#count -= 1;
    }
  }
}
