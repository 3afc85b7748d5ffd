// What a worker of Citus answered, where it is why a statement of the coordinator failed.

import type { PoolClient } from "pg";
import { errorCode } from "../errors.ts";

/** internal_error: all that the coordinator says of it. */
const internalError = "XX000";

/**
 * Runs one statement. When a worker of Citus refused it, the error that is thrown has the worker's SQLSTATE, which comes
 * as a warning before it; anything else is thrown as it is.
 */
export async function queryWithRefusal(client: PoolClient, text: string): Promise<void> {
  let refusal: string | undefined;
  const note = (notice: { severity?: string | undefined; code?: string | undefined }): void => {
    if (notice.severity === "WARNING") refusal = notice.code;
  };
  client.on("notice", note);
  try {
    await client.query(text);
  } catch (error) {
    if (errorCode(error) !== internalError || refusal === undefined) throw error;
    throw Object.assign(error as Error, { code: refusal });
  } finally {
    client.off("notice", note);
  }
}
