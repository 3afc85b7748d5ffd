// What the migrations of a catalog share: the schema they are for, and whether a catalog is there already.

import { type Kysely, type RawBuilder, sql } from "kysely";

/** The name of a table, type or function in the catalog's schema. */
export type InSchema = (name: string) => RawBuilder<unknown>;

/** As Tiled's own schema is written in bodies of functions, `public` stays without quotes. */
export function inSchema(schema: string): InSchema {
  return (name) => (schema === "public" ? sql.raw(`public.${name}`) : sql.id(schema, name));
}

/**
 * True when Tiled made the catalog, or an earlier run of these migrations did. Then it is taken as it is.
 * Whether its revision can be written to is checked before any migration runs.
 */
export async function isStamped(db: Kysely<unknown>, at: InSchema): Promise<boolean> {
  const { rows } = await sql<{ present: boolean }>`
    select to_regclass(${at("alembic_version").compile(db).sql}) is not null as present`.execute(db);
  return rows[0]?.present === true;
}
