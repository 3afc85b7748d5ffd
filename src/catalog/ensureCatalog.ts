// Is there a catalog that this version can write to? If there is none, it is made.

import { catalogRevision } from "../../migrations/revision.ts";
import {
  checkIdentifier,
  type Database,
  distributedSchemaSettings,
  hiddenCatalogSql,
  type MigrationSet,
  migrateUp,
  ownSchema,
  quoteIdentifier,
  sqlState,
} from "../database/index.ts";
import { CopycatError, errorCode } from "../errors.ts";
import { catalogNames } from "./tables.ts";

/**
 * Alembic revisions whose tables are those written here, oldest first: without the graph tables; as made here; with
 * access as tags in tables of their own (`CatalogTarget.hasAccessBlob`).
 */
export const writableRevisions: readonly string[] = ["9bc9b57294b9", catalogRevision, "917dbbcfc4b1"];

export type CatalogState =
  /** No table of Tiled's. */
  | { kind: "absent" }
  | { kind: "ready"; revision: string }
  /** Something is there that must not be written to; the sentence says what and what to do. */
  | { kind: "foreign"; reason: string };

/**
 * Reads the stamp by which Tiled itself knows a catalog; changes nothing.
 *
 * @throws CopycatError PERMISSION when there is one in a schema that the role has no USAGE on
 */
export async function readCatalogState(
  database: Database,
  schema = database.catalogSchema,
): Promise<CatalogState> {
  const stamp = quoteIdentifier(schema, "alembic_version");
  const { rows } = await database.pool
    .query<{ nodes: boolean; stamp: boolean }>(
      "select to_regclass($1) is not null as nodes, to_regclass($2) is not null as stamp",
      [catalogNames(schema).nodes, stamp],
    )
    .catch(async (error: unknown) => {
      // A name in a schema without USAGE is refused, not unknown.
      if (errorCode(error) === sqlState.insufficientPrivilege) await refuseHidden(database, schema);
      throw error;
    });
  const found = rows[0] ?? { nodes: false, stamp: false };
  if (!found.nodes && !found.stamp) {
    await refuseHidden(database, schema);
    return { kind: "absent" };
  }
  if (!found.stamp) {
    return foreign(
      `${database.name} has a table ${schema}.nodes but no catalog stamp, so it is not a Tiled catalog. Use an empty database.`,
    );
  }
  const stamps = await database.pool.query<{ revision: string }>(
    `select version_num as revision from ${stamp} order by 1`,
  );
  const revisions = stamps.rows.map(({ revision }) => revision);
  const [revision] = revisions;
  if (revision !== undefined && revisions.length === 1 && writableRevisions.includes(revision)) {
    return { kind: "ready", revision };
  }
  return foreign(explainStamp(database.name, revisions));
}

/** Without USAGE a schema is as if it were not there: a load would make a second catalog, in the next one. */
async function refuseHidden({ pool, name }: Database, schema: string): Promise<void> {
  const { rows } = await pool.query<{ schema: string; role: string }>(hiddenCatalogSql, [schema]);
  const [hidden] = rows;
  if (hidden === undefined) return;
  const grant = `grant usage on schema ${quoteIdentifier(hidden.schema)} to ${quoteIdentifier(hidden.role)};`;
  throw new CopycatError(
    "PERMISSION",
    `${name} has a catalog in the schema ${hidden.schema}, on which the role ${hidden.role} lacks USAGE. ` +
      `Let the owner of the schema run: ${grant}`,
  );
}

function foreign(reason: string): CatalogState {
  return { kind: "foreign", reason };
}

function explainStamp(name: string, revisions: readonly string[]): string {
  const found = revisions.length === 0 ? "no stamp" : `the stamp ${revisions.join(" and ")}`;
  return (
    `The catalog in ${name} has ${found}; this version writes to ${writableRevisions.join(", ")} (Tiled 0.2.15 to 0.2.20). ` +
    "An older catalog: run `tiled catalog upgrade-database URI`. A newer one: use a newer copycat. Nothing was changed."
  );
}

/**
 * Makes the schema in an empty database and takes a catalog that is there as it is. On a Citus cluster a schema other than
 * `public` is a distributed one: its tables live together on one of the workers.
 *
 * @throws CopycatError CATALOG_VERSION when something else is there.
 */
export async function ensureCatalog(
  database: Database,
  { schema = database.catalogSchema }: { schema?: string } = {},
): Promise<{ created: boolean }> {
  const state = await readCatalogState(database, schema);
  if (state.kind === "foreign") throw new CopycatError("CATALOG_VERSION", state.reason);
  if (state.kind === "ready") return { created: false };
  await migrateUp(database, await catalogMigrationSet(database, schema));
  return { created: true };
}

/**
 * What `migrateUp` and `listMigrations` take for the catalog of a schema; undefined, their default, for `public`. Each other
 * schema has a table of its own that tells what was applied, next to those of the engine.
 */
export async function catalogMigrationSet(
  database: Database,
  schema = database.catalogSchema,
): Promise<MigrationSet | undefined> {
  if (schema === "public") return undefined;
  const table = `migration_${schema}`;
  // The migrator's second table has a longer name.
  checkIdentifier(`${table}_lock`, `The name of a table of the schema ${schema}`);
  const { catalogMigrations } = await import("../../migrations/index.ts");
  const settings = database.engine.kind === "citus" ? distributedSchemaSettings : [];
  return { schema: ownSchema, table, migrations: catalogMigrations({ schema, settings }) };
}

/** As `ensureCatalog`, but for those who only read: a catalog must be there. */
export async function requireCatalog(database: Database, schema = database.catalogSchema): Promise<void> {
  const state = await readCatalogState(database, schema);
  if (state.kind === "foreign") throw new CopycatError("CATALOG_VERSION", state.reason);
  if (state.kind === "absent") {
    throw new CopycatError(
      "NOT_FOUND",
      `${database.name} holds no catalog yet. Load something first: npm run ingest -- examples/vdp.yaml`,
    );
  }
}
