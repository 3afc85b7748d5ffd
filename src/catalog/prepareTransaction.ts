// The beginning of every transaction that writes many nodes.

import type { PoolClient } from "pg";
import {
  distributedSchemaSettings,
  type Engine,
  isDistributedSchema,
  quoteIdentifier,
} from "../database/index.ts";
import type { CatalogNames, CatalogTarget } from "./tables.ts";

/**
 * Settings of this transaction only, and a look at the catalog's shape. The check of the connection ends a long merge
 * soon after its client was killed, so that the next run need not wait for it.
 */
export async function prepareTransaction(
  client: PoolClient,
  names: CatalogNames,
  engine: Engine,
): Promise<CatalogTarget> {
  // The bodies of Tiled's own trigger functions name their tables without a schema.
  const { rows } = await client.query<{ hasAccessBlob: boolean }>(prepareSql, [
    quoteIdentifier(names.schema),
    names.nodes,
  ]);
  const isDistributed = await isDistributedSchema(client, engine, names.schema);
  // First, since those that follow are to reach the worker.
  if (isDistributed) await client.query(distributedSchemaSettings.join("; "));
  await client.query(`\
set local work_mem = '128MB';
set local maintenance_work_mem = '256MB';
set local jit = off;
set local lock_timeout = 0;
set local idle_in_transaction_session_timeout = 0`);
  for (const setting of whereTheyCanBe) {
    await client.query("savepoint copycat_setting");
    try {
      await client.query(setting);
    } catch {
      await client.query("rollback to savepoint copycat_setting");
    }
  }
  return { ...names, hasAccessBlob: rows[0]?.hasAccessBlob === true, isDistributed };
}

const prepareSql = `\
select set_config('search_path', $1, true), exists (
  select from pg_attribute where attrelid = to_regclass($2) and attname = 'access_blob' and not attisdropped
) as "hasAccessBlob"`;

const whereTheyCanBe = [
  // Windows servers cannot; there a killed client is noticed when the statement ends.
  "set local client_connection_check_interval = '2s'",
  // Staging is read seven times; with the default of 8 MB each time from the file, at half the speed. Taken as it is
  // needed; a server with large shared buffers has the memory. Too late on a connection that has used a temp table.
  "select set_config('temp_buffers', (pg_size_bytes(current_setting('shared_buffers')) / 2048)::text || 'kB', true)",
];
