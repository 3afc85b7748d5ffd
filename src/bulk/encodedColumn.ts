// A column with its codec, and what there is to say when a value does not fit.

import { CopycatError } from "../errors.ts";
import { type Codec, Misfit } from "./codecs/types.ts";
import type { Column, RowProblem } from "./types.ts";

export type EncodedColumn = Column & { readonly codec: Codec };

/**
 * The default of a column as its codec has it; undefined without one.
 *
 * @throws CopycatError USAGE when the column cannot hold it
 */
export function parseDefault(column: EncodedColumn): unknown {
  if (column.default === undefined || column.default === null) return undefined;
  const parsed = column.codec.parse(column.default);
  if (!(parsed instanceof Misfit)) return parsed;
  throw new CopycatError("USAGE", `The default of ${rowProblem(parsed, column).message}.`);
}

/** `column key (varchar(255)) holds 256 characters, 255 at most` */
export function rowProblem({ code, what }: Misfit, { name, type }: Column): RowProblem {
  return { code, column: name, message: `column ${name} (${type}) ${what}` };
}

const noValue = new Misfit("missing_value", "has no value");

export function missingValue(column: Column): RowProblem {
  return rowProblem(noValue, column);
}

/** Of the record as a whole, or of its column: reading it threw, as a getter or a proxy may. */
export function unreadable(error: unknown, column?: Column): RowProblem {
  const message = safeMessage(error);
  // What V8 says where a text would have more than 2^29 UTF-16 units, or memory for a buffer is not to be had.
  const isTooLong = /^(?:Invalid string length|Array buffer allocation failed)$/.test(message);
  const misfit = isTooLong ? tooLong : new Misfit("wrong_type", `cannot be read: ${message}`);
  return column === undefined ? recordProblem(misfit) : rowProblem(misfit, column);
}

const tooLong = new Misfit("too_long", "is longer than the 1 GB that COPY takes");

export function recordProblem({ code, what }: Misfit): RowProblem {
  return { code, column: "", message: `the record ${what}` };
}

export function rowTooLong(): RowProblem {
  return recordProblem(tooLong);
}

function safeMessage(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message) : String(error);
  } catch {
    return "it throws something without a text";
  }
}
