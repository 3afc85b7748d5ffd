// Finds the children of datasets by their metadata.

import type { Database } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import { getNode } from "../findNode.ts";
import { catalogNames } from "../tables.ts";
import { type Filter, filterSql } from "./filter.ts";

export interface SearchOptions {
  /** Path of a dataset; without it, the entities of all datasets. */
  dataset?: string;
  filters: readonly Filter[];
  /** Default 20. */
  limit?: number;
  schema?: string;
}

export interface FoundNode {
  path: string;
  structureFamily: string;
  metadata: Record<string, unknown>;
}

/** Nodes in the order of their ids, and how many match in all. */
export async function searchNodes(
  database: Database,
  options: SearchOptions,
): Promise<{ count: number; nodes: FoundNode[] }> {
  const { nodes } = catalogNames(options.schema ?? "public");
  const values: unknown[] = [];
  const conditions = options.filters.map((filter) => filterSql(filter, values));
  const scope = await findScope(database, options, values);
  conditions.unshift(scope.condition);
  const from = `from ${nodes} n join ${nodes} p on p.id = n.parent where ${conditions.join(" and ")}`;
  const counted = await database.pool.query<{ count: number }>(
    `select count(*)::int as count ${from}`,
    values,
  );
  values.push(options.limit ?? 20, scope.path);
  const found = await database.pool.query<FoundNode>(
    `select coalesce($${values.length}, '/' || p.key) || '/' || n.key as path, n.structure_family::text as "structureFamily",
  n.metadata
${from} order by n.id limit $${values.length - 1}`,
    values,
  );
  return { count: counted.rows[0]?.count ?? 0, nodes: found.rows };
}

/** Where to look; `path` is that of the parent, null when each dataset is one. */
async function findScope(
  database: Database,
  { dataset, schema }: SearchOptions,
  values: unknown[],
): Promise<{ condition: string; path: string | null }> {
  if (dataset === undefined) return { condition: "p.parent = 0", path: null };
  const { id, path, structureFamily } = await getNode(database, dataset, schema);
  if (structureFamily !== "container") {
    throw new CopycatError(
      "USAGE",
      `${path} is an ${structureFamily}; search looks into a dataset, such as VDP.`,
    );
  }
  values.push(id);
  return { condition: `n.parent = $${values.length}`, path: path === "/" ? "" : path };
}
