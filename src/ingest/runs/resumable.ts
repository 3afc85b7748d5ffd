// Whether a run can be taken up, and as what.

import { CopycatError } from "../../errors.ts";
import type { RunDetails, RunStart } from "./types.ts";

/**
 * @param isLocked whether the lock that tells a living process is ours
 * @throws CopycatError USAGE, CONFLICT
 */
export function checkResumable(run: RunDetails, isLocked: boolean): void {
  if (run.status === "completed" || run.status === "completed_with_rejects") {
    throw new CopycatError("USAGE", `The run ${run.id} is completed; there is nothing to go on with.`);
  }
  if (!isLocked) throw goesOn(run);
  if (run.inputs.includes("-")) {
    throw new CopycatError(
      "USAGE",
      `The run ${run.id} read standard input, which cannot be read again. Send the records to a new one: copycat ingest -`,
    );
  }
}

export function goesOn({ id, host, processId, startedAt }: RunDetails): CopycatError {
  return new CopycatError(
    "CONFLICT",
    `The run ${id} is still going on, as process ${processId} on ${host} since ${startedAt.toISOString()}. ` +
      "Let it finish, or stop it first.",
  );
}

export function startOf(run: RunDetails): RunStart {
  const { id, catalogSchema, dataset, source, inputs, options, rejectsFile } = run;
  return { id, catalogSchema, dataset, source, inputs, options, rejectsFile };
}
