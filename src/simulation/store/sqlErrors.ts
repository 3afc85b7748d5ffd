// What the server refuses, told by SQLSTATE and the name of the constraint.

import { isShardRefusal } from "../../bulk/index.ts";
import { wrapDatabaseError } from "../../database/index.ts";
import { CopycatError, errorCode } from "../../errors.ts";

/** unique_violation of `update_once`: an update with this key is there. What a shard refuses of a COPY may be that. */
export function isTaken(error: unknown): boolean {
  return (errorCode(error) === "23505" && isOf(error, "update_once")) || isShardRefusal(error);
}

/** foreign_key_violation of `update_dataset`: the dataset is gone. */
export function isDatasetGone(error: unknown): boolean {
  return errorCode(error) === "23503" && isOf(error, "update_dataset");
}

/** As `wrapDatabaseError`; a scenario that was deleted while somebody writes to it is called that. */
export function explainStoreError(error: unknown, doing: string): unknown {
  if (errorCode(error) === "23503" && isOf(error, "dataset_scenario")) {
    const message = `${doing}: the scenario was deleted meanwhile. Open it again, which makes it anew.`;
    return new CopycatError("NOT_FOUND", message, { cause: error });
  }
  return wrapDatabaseError(error, doing);
}

/** Citus passes no name on; each of these is asked where only one constraint can be meant. */
function isOf(error: unknown, name: string): boolean {
  const { constraint } = error as { constraint?: string };
  return constraint === undefined || constraint === name;
}
