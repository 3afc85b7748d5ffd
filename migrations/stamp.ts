// What the migrations share: whether a catalog is there already.

import { type Kysely, sql } from "kysely";

/**
 * True when Tiled made the catalog, or an earlier run of these migrations did. Then it is taken as it is.
 * Whether its revision can be written to is checked before any migration runs.
 */
export async function isStamped(db: Kysely<unknown>): Promise<boolean> {
  const { rows } = await sql<{ present: boolean }>`
    select to_regclass('public.alembic_version') is not null as present`.execute(db);
  return rows[0]?.present === true;
}
