// One connection, one transaction, and no way to leave either half done.

import type { PoolClient } from "pg";
import { CopycatError, errorCode, errorMessage } from "../errors.ts";
import type { Database } from "./connect.ts";
import { noteConnectionLoss, noteUnknownOutcome, watchConnection } from "./connectionLoss.ts";
import { isSqlState, sqlState } from "./sqlstate.ts";

type Work<Result> = (client: PoolClient) => Promise<Result>;

/**
 * Runs `work` on a connection of its own inside a transaction: commit when it returns, rollback when it throws.
 *
 * After an error the connection is closed instead of going back to the pool: a COPY may still be running on it,
 * and the server rolls back by itself when a connection ends.
 *
 * @param settings statements for the start of the transaction, sent along with its `begin`
 * @throws what `work` throws; CopycatError CONNECTION when the connection broke during the commit itself, since then
 * nobody knows whether it took place.
 */
export function withTransaction<Result>(
  database: Database,
  work: Work<Result>,
  settings?: string,
): Promise<Result> {
  return runInTransaction(database, work, { finish: commit, settings });
}

/** As `withTransaction`, but rolls back in the end: what happens inside is only looked at. */
export function withRollback<Result>(database: Database, work: Work<Result>): Promise<Result> {
  return runInTransaction(database, work, { finish: rollback });
}

/** As `withRollback`, for work that only reads: it may do so on a standby as well. */
export function withReading<Result>(
  database: Database,
  work: Work<Result>,
  settings?: string,
): Promise<Result> {
  return runInTransaction(database, work, { finish: rollback, settings, access: "read only" });
}

interface TransactionOptions {
  finish: (client: PoolClient) => Promise<void>;
  settings?: string | undefined;
  access?: "read write" | "read only";
}

async function runInTransaction<Result>(
  database: Database,
  work: Work<Result>,
  { finish, settings, access = "read write" }: TransactionOptions,
): Promise<Result> {
  const client = await database.pool.connect();
  try {
    const result = await watchConnection(client, async () => {
      // Named, since a role may default to something else: a load must see what was committed while it waited.
      const begin = `begin isolation level read committed ${access}`;
      await client.query(settings === undefined ? begin : `${begin}; ${settings}`).catch((error: unknown) => {
        // The pool may hand out a connection that broke a moment ago, before anybody watched it.
        noteConnectionLoss(error);
        throw explainBeginError(error);
      });
      const done = await work(client);
      await finish(client);
      return done;
    });
    client.release();
    return result;
  } catch (error) {
    // Dead or alive, it is closed; a listener, so that its last words cannot end the process.
    client.on("error", () => undefined);
    client.release(true);
    throw error;
  }
}

/** A standby cannot even begin a transaction that might write: feature_not_supported. */
function explainBeginError(error: unknown): unknown {
  if (errorCode(error) !== sqlState.featureNotSupported) return error;
  return new CopycatError(
    "DATABASE",
    "This server is a standby, which takes no changes: connect to the primary. Searches and other reads work here.",
    { cause: error },
  );
}

async function rollback(client: PoolClient): Promise<void> {
  await client.query("rollback");
}

async function commit(client: PoolClient): Promise<void> {
  try {
    await client.query("commit");
  } catch (error) {
    throw explainCommitError(error);
  }
}

/**
 * Of a commit, or of a statement that commits by itself: the server's refusal as it is, when nothing has changed; when
 * the connection broke, an error that says that nobody knows.
 */
export function explainCommitError(error: unknown): unknown {
  const code = errorCode(error);
  // A SQLSTATE other than of a broken connection (08) or a stopped server (57P) is the server's refusal: rolled back.
  if (error instanceof CopycatError || (code !== undefined && isSqlState(code) && !/^(08|57P)/.test(code)))
    return error;
  const unknown = new CopycatError(
    "CONNECTION",
    `The connection broke during the commit (${errorMessage(error)}), so it is not known whether the changes are in. ` +
      "Run the same command again: what is in already is left alone.",
    { cause: error },
  );
  noteUnknownOutcome(unknown);
  return unknown;
}
