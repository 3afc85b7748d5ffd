// What the migrations share: the revision they make, and whether a catalog is there already.

import { type Kysely, sql } from "kysely";

/** The alembic revision of the schema made here: Tiled 0.2.15 and 0.2.16. */
export const catalogRevision = "c31f6a1d7e20";

/**
 * True when Tiled made the catalog, or an earlier run of these migrations did. Then it is taken as it is.
 * Whether its revision can be written to is checked before any migration runs.
 */
export async function isStamped(db: Kysely<unknown>): Promise<boolean> {
  const { rows } = await sql<{ present: boolean }>`
    select to_regclass('public.alembic_version') is not null as present`.execute(db);
  return rows[0]?.present === true;
}
