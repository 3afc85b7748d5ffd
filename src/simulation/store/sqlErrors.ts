// What the server refuses, told by SQLSTATE and the name of the constraint.

import { wrapDatabaseError } from "../../database/index.ts";
import { CopycatError, errorCode } from "../../errors.ts";

/** unique_violation of `update_once`: an update with this key is there. */
export function isTaken(error: unknown): boolean {
  return errorCode(error) === "23505" && constraintOf(error) === "update_once";
}

/** foreign_key_violation of `update_dataset`: the dataset is gone. */
export function isDatasetGone(error: unknown): boolean {
  return errorCode(error) === "23503" && constraintOf(error) === "update_dataset";
}

/** As `wrapDatabaseError`; a scenario that was deleted while somebody writes to it is called that. */
export function explainStoreError(error: unknown, doing: string): unknown {
  if (errorCode(error) === "23503" && constraintOf(error) === "dataset_scenario") {
    const message = `${doing}: the scenario was deleted meanwhile. Open it again, which makes it anew.`;
    return new CopycatError("NOT_FOUND", message, { cause: error });
  }
  return wrapDatabaseError(error, doing);
}

function constraintOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "constraint" in error ? error.constraint : undefined;
}
