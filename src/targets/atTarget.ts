// What one of several servers failed with.

import { wrapDatabaseError } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { words } from "../wording.ts";
import type { Target } from "./types.ts";

/** The same with the target's name in front. A defect stays what it is. */
export function atTarget({ name }: Target, thrown: unknown): unknown {
  const error = wrapDatabaseError(thrown, "PostgreSQL refused");
  if (!(error instanceof CopycatError)) return thrown;
  const where = error.code === "CONNECTION" ? `The target ${name} does not answer` : `At the target ${name}`;
  return new CopycatError(error.code, words(`${where}: `, error.wording), {
    cause: error,
    details: error.details,
  });
}
