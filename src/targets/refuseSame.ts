// Two targets that are one catalog: what is loaded into either would be found at both.

import type { Database } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import type { OpenedTarget } from "./types.ts";

/**
 * Which database this is, however its host is spelled. The moment at which its server started is of microseconds; the system
 * identifier will not do, since a copy of a server that was promoted has the same.
 */
const identitySql = `\
select extract(epoch from pg_postmaster_start_time())::text || ' ' || oid as identity
from pg_database where datname = current_database()`;

/**
 * Asks those that answer which catalog they are: the database of a server, and the schema in it.
 *
 * @throws CopycatError USAGE with the names of two that are the same
 */
export async function refuseSame(opened: readonly OpenedTarget[]): Promise<void> {
  if (opened.length < 2) return;
  const catalogs = await Promise.all(
    opened.map(async ({ target, database }) => ({ target, catalog: database && (await identify(database)) })),
  );
  const names = new Map<string, string>();
  for (const { target, catalog } of catalogs) {
    if (catalog === null) continue;
    const other = names.get(catalog);
    if (other !== undefined) throw isSame(other, target.name);
    names.set(catalog, target.name);
  }
}

/** Null for one that has just gone: the work itself meets that, and tells it. */
async function identify({ pool, catalogSchema }: Database): Promise<string | null> {
  const rows = await pool.query<{ identity: string }>(identitySql).then(
    (result) => result.rows,
    () => [],
  );
  return rows[0] === undefined ? null : `${rows[0].identity} ${catalogSchema}`;
}

function isSame(one: string, other: string): CopycatError {
  return new CopycatError(
    "USAGE",
    `The targets ${one} and ${other} are the same schema of the same database. Name it once, with the datasets of both; ` +
      "or give each a schema of its own.",
  );
}
