// Mends what follows from the tree: closure rows, triggers that are off, sequences that are behind. What was lost
// otherwise (nodes, files, structures) nobody can make up.

import type { PoolClient } from "pg";
import {
  type Database,
  quoteIdentifier,
  withCancel,
  withTransaction,
  wrapDatabaseError,
} from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { lockWriters } from "./lockWriters.ts";
import { prepareTransaction } from "./prepareTransaction.ts";
import { countUnreachedSql } from "./sql/closure.ts";
import {
  aheadSql,
  deleteExtraSql,
  dropExpectedSql,
  expectClosureSql,
  insertMissingSql,
  requiredTriggers,
  sequenceTables,
  silentTriggersSql,
  updateDepthsSql,
} from "./sql/repair.ts";
import { type CatalogNames, type CatalogTarget, catalogNames } from "./tables.ts";
import { type VerifyReport, verifyCatalog } from "./verify.ts";

export interface Repaired {
  closure: { inserted: number; updated: number; deleted: number };
  /** Names of triggers that were enabled. */
  triggers: string[];
  /** Tables whose sequence was set ahead. */
  sequences: string[];
}

export interface RepairReport {
  before: VerifyReport;
  repaired: Repaired;
  /** The same as before when nothing was wrong: then it is not verified again. */
  after: VerifyReport;
}

const nothing: Repaired = { closure: { inserted: 0, updated: 0, deleted: 0 }, triggers: [], sequences: [] };

export interface RepairOptions {
  /** Schema of the catalog; default: the database's (`catalogSchema`). */
  schema?: string;
  onNotice?: (message: string) => void;
  signal?: AbortSignal;
}

/**
 * Verifies, and where something is wrong makes the closure equal to the tree in one transaction, enables the triggers,
 * sets the sequences ahead, and verifies again. Readers go on, writers wait. Only rows that differ are written. A sound
 * catalog is read once and needs no right to write.
 *
 * @throws CopycatError CATALOG_VERSION when nodes do not reach the root, PERMISSION, DATABASE, CANCELLED: then nothing was
 * changed
 */
export async function repairCatalog(database: Database, options: RepairOptions = {}): Promise<RepairReport> {
  const { schema = database.catalogSchema, signal } = options;
  const names = catalogNames(schema);
  const before = await verifyCatalog(database, schema);
  if (before.ok) return { before, repaired: nothing, after: before };
  let repaired: Repaired;
  try {
    repaired = await withTransaction(database, (client) =>
      withCancel(database, client, signal, async () =>
        repair(client, await prepareTransaction(client, names, database.engine), options),
      ),
    );
  } catch (error) {
    if (signal?.aborted === true) {
      throw new CopycatError("CANCELLED", "Cancelled; nothing was changed.", { cause: error });
    }
    throw wrapDatabaseError(error, `Repairing ${database.name} failed, nothing was changed`);
  }
  return { before, repaired, after: await verifyCatalog(database, schema) };
}

async function repair(client: PoolClient, names: CatalogTarget, options: RepairOptions): Promise<Repaired> {
  await client.query("set local work_mem = '256MB'");
  await lockWriters(client, client, { tables: [...sequenceTables(names), names.associations], ...options });
  await refuseCycles(client, names);
  const closure = await repairClosure(client, names);
  options.signal?.throwIfAborted();
  return {
    closure,
    triggers: await enableTriggers(client, names),
    sequences: await setSequencesAhead(client, names),
  };
}

async function refuseCycles(client: PoolClient, names: CatalogNames): Promise<void> {
  const { rows } = await client.query<{ count: number; example: string | null }>(countUnreachedSql(names));
  const { count, example } = rows[0] ?? { count: 0, example: null };
  if (count === 0) return;
  throw new CopycatError(
    "CATALOG_VERSION",
    `${count} nodes do not reach the root (for example id ${example}): their parents form a circle or are gone, so ` +
      "there is no tree to follow. Give them a parent or delete them first. Nothing was changed.",
  );
}

async function repairClosure(client: PoolClient, names: CatalogTarget): Promise<Repaired["closure"]> {
  for (const statement of expectClosureSql(names)) await client.query(statement);
  const run = async (statement: string): Promise<number> => (await client.query(statement)).rowCount ?? 0;
  const deleted = await run(deleteExtraSql(names));
  const updated = await run(updateDepthsSql(names));
  const inserted = await run(insertMissingSql(names));
  if (names.isDistributed) await client.query(dropExpectedSql);
  return { inserted, updated, deleted };
}

async function enableTriggers(client: PoolClient, names: CatalogNames): Promise<string[]> {
  const { rows } = await client.query<{ trigger: string; table: string }>(
    silentTriggersSql,
    requiredTriggers(names),
  );
  for (const { trigger, table } of rows) {
    await client.query(`alter table ${table} enable trigger ${quoteIdentifier(trigger)}`);
  }
  return rows.map(({ trigger }) => trigger);
}

async function setSequencesAhead(client: PoolClient, names: CatalogNames): Promise<string[]> {
  const ahead: string[] = [];
  for (const table of sequenceTables(names)) {
    const { rows } = await client.query<{ value: string }>(aheadSql(table), [table]);
    if (rows.length > 0) ahead.push(table);
  }
  return ahead;
}
