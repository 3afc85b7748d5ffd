// Is there a catalog that this version can write to? If there is none, it is made.

import { catalogRevision } from "../../migrations/revision.ts";
import { type Database, migrateUp } from "../database/index.ts";
import { CopycatError } from "../errors.ts";

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

/** Reads the stamp by which Tiled itself knows a catalog; changes nothing. */
export async function readCatalogState(database: Database): Promise<CatalogState> {
  const { rows } = await database.pool.query<{ nodes: boolean; stamp: boolean }>(
    "select to_regclass('public.nodes') is not null as nodes, to_regclass('public.alembic_version') is not null as stamp",
  );
  const found = rows[0] ?? { nodes: false, stamp: false };
  if (!found.nodes && !found.stamp) return { kind: "absent" };
  if (!found.stamp) {
    return foreign(
      `${database.name} has a table public.nodes but no catalog stamp, so it is not a Tiled catalog. Use an empty database.`,
    );
  }
  const stamps = await database.pool.query<{ revision: string }>(
    "select version_num as revision from public.alembic_version order by 1",
  );
  const revisions = stamps.rows.map(({ revision }) => revision);
  const [revision] = revisions;
  if (revision !== undefined && revisions.length === 1 && writableRevisions.includes(revision)) {
    return { kind: "ready", revision };
  }
  return foreign(explainStamp(database.name, revisions));
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
 * Makes the schema in an empty database and takes a catalog that is there as it is.
 *
 * @throws CopycatError CATALOG_VERSION when something else is there.
 */
export async function ensureCatalog(database: Database): Promise<{ created: boolean }> {
  const state = await readCatalogState(database);
  if (state.kind === "foreign") throw new CopycatError("CATALOG_VERSION", state.reason);
  if (state.kind === "ready") return { created: false };
  await migrateUp(database);
  return { created: true };
}

/** As `ensureCatalog`, but for those who only read: a catalog must be there. */
export async function requireCatalog(database: Database): Promise<void> {
  const state = await readCatalogState(database);
  if (state.kind === "foreign") throw new CopycatError("CATALOG_VERSION", state.reason);
  if (state.kind === "absent") {
    throw new CopycatError(
      "NOT_FOUND",
      `${database.name} holds no catalog yet. Load something first: npm run ingest -- examples/vdp.yaml`,
    );
  }
}
