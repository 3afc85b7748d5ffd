// A load that stores something else has no speed: what must be there afterwards, and whether it is.

import type pg from "pg";
import { openDatabase, verifyCatalog } from "../../src/index.ts";
import { artifacts, nodesPerEntity } from "./nodes.ts";

/** The same in PostgreSQL and SQLite. */
export const countSql = `\
select (select count(*) from nodes) as nodes,
  (select count(*) from nodes_closure) as closure,
  (select sum(depth) from nodes_closure) as depths,
  (select count(*) from structures) as structures,
  (select count(*) from data_sources) as data_sources,
  (select count(*) from assets) as assets,
  (select count(*) from data_source_asset_association) as associations,
  (select count(*) from revisions) as revisions`;

/** What `countSql` must give: the root and the dataset are there besides the entities. */
function expectedCounts(entities: number): Record<string, number> {
  const arrays = entities * artifacts.length;
  return {
    nodes: entities * nodesPerEntity + 2,
    // A node at depth d has d + 1 rows, of depths 0 to d: the root, the dataset, entities at 2, arrays at 3.
    closure: 1 + 2 + entities * 3 + arrays * 4,
    depths: 1 + entities * 3 + arrays * 6,
    structures: artifacts.length,
    data_sources: arrays,
    assets: entities,
    associations: arrays,
    revisions: 0,
  };
}

/** @throws Error naming every table that holds another number of rows */
export function checkCounts(found: Record<string, unknown> | undefined, entities: number): void {
  const wrong = Object.entries(expectedCounts(entities))
    .filter(([name, count]) => Number(found?.[name]) !== count)
    .map(([name, count]) => `${name} ${found?.[name]} instead of ${count}`);
  if (wrong.length > 0) throw new Error(`The load stored something else: ${wrong.join(", ")}.`);
}

export async function checkCatalog(client: pg.Client, entities: number): Promise<void> {
  const { rows } = await client.query<Record<string, string>>(countSql);
  checkCounts(rows[0], entities);
}

/** @throws Error with the checks that fail */
export async function verifyThoroughly(dsn: string): Promise<void> {
  const database = await openDatabase({ dsn });
  try {
    const { checks } = await verifyCatalog(database);
    const failed = checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
    if (failed.length > 0) throw new Error(`The catalog is wrong: ${failed.join("; ")}.`);
  } finally {
    await database.close();
  }
}

/**
 * All that a way may take away for the time of the load, as text: columns, indexes, constraints (validated or not),
 * triggers (on or off), and whether a table is logged.
 */
export async function describeSchema(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(`
    select format('table %s %s', c.relname, c.relpersistence) as line
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
    union all
    select format('column %s.%s %s %s %s', c.relname, a.attname, a.attnum, a.atttypid::regtype, a.attnotnull)
    from pg_attribute a join pg_class c on c.oid = a.attrelid
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0
    union all
    select indexdef from pg_indexes where schemaname = 'public'
    union all
    select format('%s %s %s %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid), k.convalidated)
    from pg_constraint k where k.connamespace = 'public'::regnamespace and k.conrelid <> 0
    union all
    select format('%s %s', pg_get_triggerdef(t.oid), t.tgenabled)
    from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where c.relnamespace = 'public'::regnamespace and not t.tgisinternal
    order by line`);
  return rows.map(({ line }) => line);
}

export function compareSchemas(before: readonly string[], after: readonly string[]): void {
  const lost = before.filter((line) => !after.includes(line)).map((line) => `lost: ${line}`);
  const more = after.filter((line) => !before.includes(line)).map((line) => `new: ${line}`);
  if (lost.length + more.length > 0) {
    throw new Error(`The load left another schema. ${[...lost, ...more].join("; ")}`);
  }
}
