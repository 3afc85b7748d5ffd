// Which engine answers: found out, never configured.

import type { ClientBase } from "pg";
import { quoteIdentifier } from "./identifiers.ts";

/** One PostgreSQL server, or the coordinator of a Citus cluster. */
export type Engine =
  | { kind: "postgresql" }
  /** `version` is that of the extension in this database: `13.2-1`. */
  | { kind: "citus"; version: string };

/** @param citus version of the extension; null where there is none */
export function engineOf(citus: string | null): Engine {
  return citus === null ? { kind: "postgresql" } : { kind: "citus", version: citus };
}

/**
 * For a transaction that makes a schema whose tables live on one of the workers, or changes such tables. Citus calls
 * triggers unsafe, since it cannot know that what they touch lies on the same worker; in one schema it does.
 */
export const distributedSchemaSettings: readonly string[] = [
  "set local citus.enable_schema_based_sharding = on",
  "set local citus.enable_unsafe_triggers = on",
  // Each SET LOCAL that follows goes to the worker, too, or it would sort and join with what it has by default, and fire
  // triggers in spite of session_replication_role. What set_config sets stays here.
  "set local citus.propagate_set_commands = 'local'",
];

/** Whether the tables of a schema live on a worker. Everywhere else they are as those of any PostgreSQL. */
export async function isDistributedSchema(
  client: Pick<ClientBase, "query">,
  engine: Engine,
  schema: string,
): Promise<boolean> {
  // Citus 12 brought distributed schemas. The view citus_schemas would measure them all.
  if (engine.kind !== "citus" || Number.parseInt(engine.version, 10) < 12) return false;
  const { rows } = await client.query<{ found: boolean }>(
    "select exists (select from pg_catalog.pg_dist_schema s where s.schemaid = to_regnamespace($1)) as found",
    [quoteIdentifier(schema)],
  );
  return rows[0]?.found === true;
}
