// Rejects: told, counted, and too many of them are an error.

import type pg from "pg";
import { CopycatError, errorCode, errorMessage } from "../errors.ts";
import type { RejectOptions } from "./loadOptions.ts";
import type { RejectedRow } from "./types.ts";

export class RejectSink {
  count = 0;
  readonly #options: RejectOptions & { commitEvery?: number };
  readonly #outcome: string;

  constructor(options: RejectOptions & { commitEvery?: number }) {
    this.#options = options;
    this.#outcome =
      options.commitEvery === undefined ? "Nothing was changed." : "What was committed before stays.";
  }

  /** @throws CopycatError INVALID_INPUT under `abort`, TOO_MANY_REJECTS at the one that is too many. */
  async add(reject: RejectedRow): Promise<void> {
    this.count += 1;
    await this.#options.onReject?.(reject);
    if (this.#options.onError === "abort") {
      throw new CopycatError(
        "INVALID_INPUT",
        `Record ${reject.position}: ${reject.message}. ${this.#outcome}`,
      );
    }
    const { maxRejects = Number.POSITIVE_INFINITY } = this.#options;
    if (this.count > maxRejects) {
      throw new CopycatError(
        "TOO_MANY_REJECTS",
        `More than ${maxRejects} records were rejected (maxRejects), the last one, record ${reject.position}, for: ` +
          `${reject.message}. ${this.#outcome}`,
      );
    }
  }
}

/** A row that the server refused, as a reject. */
export function serverReject(error: unknown, position: number, record: string): RejectedRow {
  const { detail, column, constraint } = error as Partial<pg.DatabaseError>;
  return {
    position,
    code: errorCode(error) ?? "unknown",
    message: detail === undefined ? errorMessage(error) : `${errorMessage(error)} (${detail})`,
    ...(column === undefined ? {} : { column }),
    ...(constraint === undefined ? {} : { constraint }),
    record,
  };
}

/**
 * True when the server refused what a row holds, so that other rows may go in: data exceptions (22), integrity (23),
 * a view's check option (44), program limits such as the size of an index row (54), and what triggers raise
 * (P0, 38, 39). Also 21000: two staged keys that are the same in the table's own type meet in one merge.
 * https://www.postgresql.org/docs/18/errcodes-appendix.html
 */
export function isRowRefusal(error: unknown): boolean {
  return /^(21|22|23|38|39|44|54|P0)[0-9A-Z]{3}$/.test(errorCode(error) ?? "") || isShardRefusal(error);
}

/**
 * What a shard of a Citus table answered a COPY: some refusal of a row, whose SQLSTATE the coordinator has lost (XX000).
 * A merge from staging keeps it.
 */
export function isShardRefusal(error: unknown): boolean {
  return errorCode(error) === "XX000" && (error as { routine?: string }).routine === "ReportCopyError";
}

/** Rejects of a batch that may be tried again: told once, when it is about to be committed. */
export class BufferedRejects {
  readonly #sink: RejectSink;
  #rejects: RejectedRow[] = [];

  constructor(sink: RejectSink) {
    this.#sink = sink;
  }

  get count(): number {
    return this.#sink.count + this.#rejects.length;
  }

  add(reject: RejectedRow): Promise<void> {
    this.#rejects.push(reject);
    return Promise.resolve();
  }

  async tell(): Promise<void> {
    for (const reject of this.#rejects) await this.#sink.add(reject);
    this.#rejects = [];
  }
}
