// Plans that know their values. Tiled's driver keeps prepared statements, and from the sixth run on PostgreSQL may plan
// them without values: `metadata #> $3` then matches no index on an expression, and a query of 0.1 ms takes 6 to 60.

import { type Database, quoteIdentifier, sqlState } from "../../database/index.ts";
import { errorCode, errorMessage } from "../../errors.ts";

export interface PlanCache {
  /** For whom it is set now; null: for nobody, since it was not allowed. */
  scope: "database" | "role" | null;
  /** False when it was set so before. */
  changed: boolean;
}

interface PlanFacts {
  database: string;
  role: string;
  isOwner: boolean;
  isSetForAll: boolean;
  isSetForRole: boolean;
}

const factsSql = `\
select d.datname::text as database, current_user::text as role, pg_has_role(d.datdba, 'usage') as "isOwner",
  exists (select from pg_settings where name = 'plan_cache_mode' and setting = 'force_custom_plan'
    and source in ('configuration file', 'command line'))
  or exists (select from pg_db_role_setting s
    where s.setdatabase = d.oid and s.setrole = 0 and 'plan_cache_mode=force_custom_plan' = any (s.setconfig))
    as "isSetForAll",
  exists (select from pg_db_role_setting s
    where s.setdatabase in (d.oid, 0) and s.setrole = (select oid from pg_roles where rolname = current_user)
      and 'plan_cache_mode=force_custom_plan' = any (s.setconfig)) as "isSetForRole"
from pg_database d where d.datname = current_database()`;

/**
 * Sets `plan_cache_mode = force_custom_plan` for the database, or where the role does not own it for the role in the
 * database; not when it is set already. Says in a notice what was done; that it could not be done is a notice, too.
 */
export async function forceCustomPlans(
  database: Database,
  onNotice: (message: string) => void = () => undefined,
): Promise<PlanCache> {
  const { rows } = await database.pool.query<PlanFacts>(factsSql);
  const [facts] = rows;
  if (facts === undefined) return { scope: null, changed: false };
  if (facts.isSetForAll) return { scope: "database", changed: false };
  const base = quoteIdentifier(facts.database);
  const forAll = `alter database ${base} set plan_cache_mode = force_custom_plan`;
  if (facts.isOwner && (await set(database, forAll, onNotice))) {
    onNotice(`Set plan_cache_mode = force_custom_plan for the database ${facts.database}: ${why}`);
    return { scope: "database", changed: true };
  }
  if (facts.isSetForRole) return { scope: "role", changed: false };
  const forRole = `alter role ${quoteIdentifier(facts.role)} in database ${base} set plan_cache_mode = force_custom_plan`;
  if (await set(database, forRole, onNotice)) {
    onNotice(
      `Set plan_cache_mode = force_custom_plan for the role ${facts.role} in ${facts.database}: ${why} It does not own ` +
        `the database, so for other roles, such as Tiled's, let the owner run: ${forAll};`,
    );
    return { scope: "role", changed: true };
  }
  onNotice(
    `plan_cache_mode could not be set, so a running Tiled server stops using the indexes after a few requests. Let the ` +
      `owner of the database run: ${forAll};`,
  );
  return { scope: null, changed: false };
}

const why =
  "otherwise a running Tiled server stops using the indexes after a few requests, when PostgreSQL plans its prepared " +
  "statements without their values. It holds for new connections: restart Tiled.";

/** The indexes are made already, so no failure here is one of the job. */
async function set(
  database: Database,
  statement: string,
  onNotice: (message: string) => void,
): Promise<boolean> {
  try {
    await database.pool.query(statement);
    return true;
  } catch (error) {
    if (errorCode(error) !== sqlState.insufficientPrivilege) {
      onNotice(`plan_cache_mode: ${errorMessage(error)}.`);
    }
    return false;
  }
}
