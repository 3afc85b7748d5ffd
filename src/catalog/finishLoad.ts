// After the commit: statistics, visibility map, and the pending lists of the GIN indexes.

import type { Database } from "../database/index.ts";
import { errorMessage } from "../errors.ts";
import { type CatalogNames, catalogNames, loadedTables } from "./tables.ts";
import type { LoadOptions, LoadReport } from "./types.ts";

/**
 * VACUUM (ANALYZE) on what was filled, when that is a good part of it (below a tenth autovacuum does as well, and the
 * work must grow with the new rows, not with the catalog: 12 nodes into 120,000 took 0.03 s and their vacuum 0.34 s). Without it the first searches walk the GIN pending list, plans are those of
 * an empty table, and Tiled's length estimates know nothing. The rows are in already, so a failure is a notice.
 */
export async function finishLoad(
  database: Database,
  names: CatalogNames,
  report: LoadReport,
  options: LoadOptions,
): Promise<void> {
  if (report.nodes.inserted + report.nodes.updated === 0) return;
  // Where indexes were made again, all is there already but the visibility map, which no query of Tiled's asks for.
  if (report.phases.some(({ name }) => name === "analyze")) return;
  const start = performance.now();
  try {
    if (!(await isLarge(database, names, report.nodes.inserted + report.nodes.updated))) return;
    options.onPhase?.("analyze");
    await vacuum(database, names);
  } catch (error) {
    options.onNotice?.(
      `All is in, but VACUUM (ANALYZE) was not done: ${errorMessage(error)}. Run it when you can.`,
    );
  }
  report.phases.push({
    name: "analyze",
    elapsedMs: Math.round(performance.now() - start),
    rows: report.nodes.inserted,
  });
}

/** As `finishLoad`, after nodes came another way. Throws when it cannot be done; the rows are in. */
export async function vacuumCatalog(
  database: Database,
  changed: number,
  schema = database.catalogSchema,
): Promise<void> {
  const names = catalogNames(schema);
  if (await isLarge(database, names, changed)) await vacuum(database, names);
}

async function vacuum(database: Database, names: CatalogNames): Promise<void> {
  // To give back empty pages at the end it would lock readers out.
  await database.pool.query(`vacuum (analyze, truncate false) ${loadedTables(names).join(", ")}`);
}

async function isLarge(database: Database, names: CatalogNames, changed: number): Promise<boolean> {
  // reltuples is what the last VACUUM or ANALYZE saw; -1 or 0 means that there was none yet.
  const { rows } = await database.pool.query<{ known: number }>(
    "select reltuples::float8 as known from pg_class where oid = $1::regclass",
    [names.nodes],
  );
  return changed * 10 >= (rows[0]?.known ?? 0);
}
