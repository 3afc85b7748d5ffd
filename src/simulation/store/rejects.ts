// Updates that do not go in: told one by one, and counted against a limit.

import type { RejectedRow } from "../../bulk/index.ts";
import { CopycatError } from "../../errors.ts";
import { toValues } from "../arrays/index.ts";
import { stringifyJson } from "../formats/index.ts";
import type { EntityData, SimulationArray } from "../types.ts";
import type { RejectedUpdate } from "./collectBatches.ts";

export interface RejectOptions {
  /** Told of each update that does not go in; a promise is waited for. Without it the first one is an error. */
  onReject?: (reject: RejectedRow) => void | Promise<void>;
  /** More rejects than this are an error with nothing changed since the last commit. Default: no limit. */
  maxRejects?: number;
}

export class RejectCounter {
  readonly #options: RejectOptions;
  #rejected = 0;

  constructor(options: RejectOptions) {
    this.#options = options;
  }

  get rejected(): number {
    return this.#rejected;
  }

  /** @throws CopycatError INVALID_INPUT when nobody listens, TOO_MANY_REJECTS */
  async tell(reject: RejectedUpdate): Promise<void> {
    const { onReject, maxRejects = Number.POSITIVE_INFINITY } = this.#options;
    const { position, code, source } = reject;
    const message = `Update ${position} (dataset "${source?.dataset}", timestamp ${source?.timestamp}, iteration ${source?.iteration}): ${reject.message}`;
    this.#rejected += 1;
    if (onReject === undefined) throw new CopycatError("INVALID_INPUT", message);
    await onReject({ position, code, message, record: recordOf(reject) });
    if (this.#rejected > maxRejects) {
      throw new CopycatError(
        "TOO_MANY_REJECTS",
        `${this.#rejected} updates were refused, and at most ${maxRejects} may be. Mend the input, or allow more. The last one: ${message}`,
      );
    }
  }
}

/** As JSON; whole numbers beyond 2^53 are written as they are. */
function recordOf({ source }: RejectedUpdate): string {
  const { dataset, timestamp, iteration, origin, data } = source;
  const record = { dataset, timestamp, iteration, origin, data: data instanceof Map ? plain(data) : data };
  return stringifyJson(record);
}

function plain(data: EntityData): object {
  const groups = [...data].map(([group, attributes]) => [
    group,
    Object.fromEntries([...attributes].map(([attribute, array]) => [attribute, valuesOf(array)])),
  ]);
  return Object.fromEntries(groups);
}

/** Of an array that is damaged itself, what it is called. */
function valuesOf(array: SimulationArray): unknown {
  try {
    return toValues(array);
  } catch {
    return `an array of the type ${array.dtype}`;
  }
}
