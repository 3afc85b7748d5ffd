// Builds indexes beside readers and writers, one after the other: all of them, or none that was not there before.

import type { PoolClient } from "pg";
import { type Database, quoteIdentifier, sqlState, wrapDatabaseError } from "../../database/index.ts";
import { CopycatError, errorCode } from "../../errors.ts";
import type { CatalogNames } from "../tables.ts";
import { type TurnOptions, withIndexTurn } from "./indexTurn.ts";
import { explainTooLong } from "./lookAtKey.ts";
import type { IndexShape } from "./shapes.ts";
import { ensureStatistics, type StatisticsShape } from "./statistics.ts";

export interface BuildOptions extends TurnOptions {
  /** For messages. */
  path: readonly string[];
  statistics: readonly StatisticsShape[];
}

/**
 * Makes the indexes that are not there yet. What a killed run left half built is replaced. When one fails, those that
 * this call made go again.
 *
 * @returns the names of those that were made
 * @throws CopycatError INVALID_INPUT (a value too long for a btree), PERMISSION, DATABASE, CANCELLED
 */
export async function buildIndexes(
  database: Database,
  names: CatalogNames,
  shapes: readonly IndexShape[],
  options: BuildOptions,
): Promise<string[]> {
  const made: string[] = [];
  try {
    await withIndexTurn(database, options, async (client) => {
      const undo: string[] = [];
      made.length = 0;
      try {
        for (const shape of shapes) {
          options.signal?.throwIfAborted();
          if (await isBuilt(client, names, shape, options)) continue;
          made.push(shape.name);
          undo.push(dropIndexSql(names, shape.name));
          await client.query(shape.statement);
        }
        for (const shape of options.statistics) {
          const isNew = await ensureStatistics(client, names, shape);
          if (isNew) undo.push(`drop statistics ${quoteIdentifier(names.schema, shape.name)}`);
        }
        // Until then the planner would guess.
        if (undo.length > 0) await client.query(`analyze ${names.nodes}`);
      } catch (error) {
        for (const statement of undo) await client.query(statement).catch(() => undefined);
        throw error;
      }
    });
    return made;
  } catch (error) {
    throw explain(error, options);
  }
}

/** As it can be done while others read and write. Nothing when there is none. */
export function dropIndexSql(names: CatalogNames, name: string): string {
  return `drop index concurrently if exists ${quoteIdentifier(names.schema, name)}`;
}

async function isBuilt(
  client: PoolClient,
  names: CatalogNames,
  { name }: IndexShape,
  { onNotice }: TurnOptions,
): Promise<boolean> {
  const { rows } = await client.query<{ isValid: boolean }>(
    `select indisvalid as "isValid" from pg_index where indexrelid = to_regclass($1)`,
    [quoteIdentifier(names.schema, name)],
  );
  const [found] = rows;
  if (found === undefined) return false;
  if (found.isValid) return true;
  onNotice?.(`${name} was left half built by a run that was cut off; building it again.`);
  await client.query(dropIndexSql(names, name));
  return false;
}

function explain(error: unknown, { path, signal }: BuildOptions): unknown {
  if (signal?.aborted === true) {
    return new CopycatError("CANCELLED", "Cancelled; no index was made.", { cause: error });
  }
  // Somebody wrote it after the values were looked at.
  if (errorCode(error) === sqlState.programLimitExceeded) {
    return new CopycatError("INVALID_INPUT", explainTooLong(path), { cause: error });
  }
  return wrapDatabaseError(error, "Building the index failed, nothing was changed");
}
