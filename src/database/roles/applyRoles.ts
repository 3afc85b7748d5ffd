// Makes the roles in a database, all or none.

import type { PoolClient } from "pg";
import { CopycatError, errorCode, errorMessage } from "../../errors.ts";
import type { Database } from "../connect.ts";
import { sqlState, wrapDatabaseError } from "../sqlstate.ts";
import { withTransaction } from "../transaction.ts";

/**
 * Runs the script of `rolesSql` in one transaction.
 *
 * @returns what the script could not give, a sentence each
 * @throws CopycatError PERMISSION when whoever runs it may not; DATABASE
 */
export async function applyRoles(database: Database, script: string): Promise<string[]> {
  try {
    return await withTransaction(database, (client) => runScript(client, script));
  } catch (error) {
    if (errorCode(error) !== sqlState.insufficientPrivilege) {
      throw wrapDatabaseError(error, "Making the roles failed, nothing was changed");
    }
    throw new CopycatError(
      "PERMISSION",
      `This role may not make the others: ${errorMessage(error)} (42501). Connect as the owner of the database and of the ` +
        "tables in it, with the right to make roles (alter role NAME createrole). Nothing was changed.",
      { cause: error },
    );
  }
}

async function runScript(client: PoolClient, script: string): Promise<string[]> {
  const notices: string[] = [];
  const listen = ({ message }: { message?: string | undefined }): void => void notices.push(message ?? "");
  client.on("notice", listen);
  try {
    await client.query(script);
  } finally {
    client.off("notice", listen);
  }
  return notices;
}
