// What the migrations of the simulation store are made for.

import { type Kysely, type RawBuilder, sql } from "kysely";

export interface SimulationMigrationOptions {
  /** Where the tables live. */
  schema: string;
  /** By scenario, on the workers of a Citus cluster. */
  isDistributed: boolean;
}

/** The name of a table, qualified. */
export function tableName(options: SimulationMigrationOptions, table: string): RawBuilder<unknown> {
  return sql.id(options.schema, table);
}

/**
 * What stands around the body of a function: dollars with a tag that the schema's name, which the body holds, has not.
 */
export function bodyQuote({ schema }: SimulationMigrationOptions): RawBuilder<unknown> {
  let quote = "$$";
  for (let number = 1; schema.includes(quote); number++) quote = `$body${number}$`;
  return sql.raw(quote);
}

/** One message each: of several, Citus sends its workers all with each (42601). */
export async function runAll(db: Kysely<unknown>, statements: readonly RawBuilder<unknown>[]): Promise<void> {
  for (const statement of statements) await statement.execute(db);
}

/** Citus calls triggers unsafe, since it cannot know that what they touch lies on the same worker. */
export function allowTriggers({ isDistributed }: SimulationMigrationOptions): RawBuilder<unknown>[] {
  return isDistributed ? [sql`set local citus.enable_unsafe_triggers = on`] : [];
}

/** One array: a column for all that numpy would say of it. */
export const arrayColumns = sql`
          dtype text not null,
          shape integer[] not null,
          data bytea not null,
          compression text,
          row_ptr_dtype text,
          row_ptr bytea,
          row_ptr_compression text,
          min_val double precision,
          max_val double precision,
          checksum bigint not null`;

export const arrayColumnNames = [
  "dtype",
  "shape",
  "data",
  "compression",
  "row_ptr_dtype",
  "row_ptr",
  "row_ptr_compression",
  "min_val",
  "max_val",
  "checksum",
];

/** Of which the planner may know something: not the bytes. */
const sampled = ["attribute_id", ...arrayColumnNames.filter((name) => name !== "data" && name !== "row_ptr")];

/**
 * Arrays do not compress as the server does it, and those that do are compressed already: `external` only moves them
 * out of a row that is longer than 2 kB. No plan has any use of statistics of bytes, which ANALYZE would read them all for;
 * and of the others 3,000 rows tell as much as the 30,000 that ANALYZE reads by default, each on a page of its own here.
 */
export async function setArrayStorage(
  db: Kysely<unknown>,
  options: SimulationMigrationOptions,
  { table, owner }: { table: string; owner: string },
): Promise<void> {
  await sql`
    alter table ${tableName(options, table)}
      alter column data set storage external, alter column data set statistics 0,
      alter column row_ptr set storage external, alter column row_ptr set statistics 0,
      ${sql.join([owner, ...sampled].map((column) => sql`alter column ${sql.ref(column)} set statistics 10`))}`.execute(
    db,
  );
}
