// Proves a catalog: what listing and search would never show. Reads only, in one snapshot.

import type { PoolClient } from "pg";
import { type Database, withReading } from "../database/index.ts";
import { closureSummarySql, expectedClosureSql, invariants } from "./sql/verify.ts";
import { hashStructure } from "./structure.ts";
import { type CatalogNames, catalogNames } from "./tables.ts";

export interface VerifyCheck {
  name: string;
  ok: boolean;
  detail: string;
}

export interface VerifyReport {
  ok: boolean;
  nodes: number;
  closure: {
    rows: number;
    byDepth: Record<string, number>;
    missing: number;
    extra: number;
    wrongDepth: number;
  };
  checks: VerifyCheck[];
}

/**
 * Checks that the closure equals the tree, the triggers are on, every array has one data source, structure ids
 * match their structures, nothing is orphaned, and sequences are ahead of ids.
 */
export async function verifyCatalog(
  database: Database,
  schema = database.catalogSchema,
): Promise<VerifyReport> {
  const names = catalogNames(schema);
  return withReading(database, async (client) => {
    await client.query("set transaction isolation level repeatable read, read only");
    await client.query("set local work_mem = '256MB'; set local jit = off");
    const { rows } = await client.query<{ nodes: number }>(
      `select count(*)::int as nodes from ${names.nodes}`,
    );
    const closure = await verifyClosure(client, names);
    const checks: VerifyCheck[] = [closureCheck(closure)];
    for (const { name, describe, sql } of invariants(names)) {
      const result = await client.query<{ count: number; example: string | null }>(sql);
      const { count, example } = result.rows[0] ?? { count: 0, example: null };
      checks.push({ name, ok: count === 0, detail: describe(count, example) });
    }
    checks.push(await verifyStructureIds(client, names));
    return { ok: checks.every(({ ok }) => ok), nodes: rows[0]?.nodes ?? 0, closure, checks };
  });
}

async function verifyClosure(client: PoolClient, names: CatalogNames): Promise<VerifyReport["closure"]> {
  const summary = await client.query<{ depth: number; count: number }>(closureSummarySql(names));
  const difference = await client.query<{ missing: number; extra: number; wrong: number }>(
    expectedClosureSql(names),
  );
  const { missing, extra, wrong } = difference.rows[0] ?? { missing: 0, extra: 0, wrong: 0 };
  return {
    rows: summary.rows.reduce((sum, { count }) => sum + count, 0),
    byDepth: Object.fromEntries(summary.rows.map(({ depth, count }) => [String(depth), count])),
    missing,
    extra,
    wrongDepth: wrong,
  };
}

function closureCheck({ rows, missing, extra, wrongDepth }: VerifyReport["closure"]): VerifyCheck {
  const ok = missing + extra + wrongDepth === 0;
  const detail = ok
    ? `${rows} rows, each as the tree says`
    : `${missing} rows missing, ${extra} too many, ${wrongDepth} with a wrong depth; \`copycat verify --repair\` mends it`;
  return { name: "closure", ok, detail };
}

const fetchRows = 1000;

/** Ids are md5 of canonical JSON; only families whose structures hold nothing but integers and text. */
async function verifyStructureIds(client: PoolClient, names: CatalogNames): Promise<VerifyCheck> {
  await client.query(`\
declare copycat_structures no scroll cursor for
select id, structure from ${names.structures} where structure ? 'data_type' order by id`);
  let checked = 0;
  const wrong: string[] = [];
  for (;;) {
    const { rows } = await client.query<{ id: string; structure: object }>(
      `fetch ${fetchRows} from copycat_structures`,
    );
    for (const { id, structure } of rows) {
      if (hashStructure(structure).id !== id) wrong.push(id);
    }
    checked += rows.length;
    if (rows.length < fetchRows) break;
  }
  const ok = wrong.length === 0;
  const detail = ok
    ? `${checked} ids match`
    : `${wrong.length} of ${checked} differ, the first is ${wrong[0]}`;
  return { name: "structure ids", ok, detail };
}
