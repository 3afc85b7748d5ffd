// One node by its path, with all that hangs on it.

import { type Database, quoteIdentifier } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { catalogNames } from "./tables.ts";

export interface NodeDetails {
  id: number;
  path: string;
  structureFamily: string;
  metadata: unknown;
  specs: unknown;
  timeCreated: string;
  timeUpdated: string;
  dataSource: DataSourceDetails | null;
  /** Number of children, and the first of them by id, as Tiled lists them. */
  children: { count: number; keys: string[] };
  revisions: number;
}

export interface DataSourceDetails {
  id: number;
  mimetype: string;
  management: string;
  parameters: unknown;
  structureId: string | null;
  structure: unknown;
  assets: { dataUri: string; size: number | null; parameter: string | null; num: number | null }[];
}

const shownChildren = 20;

/**
 * Walks the path key by key from the root, as Tiled does.
 *
 * @throws CopycatError NOT_FOUND that names the deepest container which does exist.
 */
export async function getNode(
  database: Database,
  path: string,
  schema = database.catalogSchema,
): Promise<NodeDetails> {
  const segments = path.split("/").filter((segment) => segment !== "");
  const { nodes } = catalogNames(schema);
  const walked = await database.pool.query<{ id: number; depth: number }>(
    `\
with recursive walk (id, depth) as (
  select id, 0 from ${nodes} where parent is null and id = 0
  union all
  select n.id, w.depth + 1
  from walk w join ${nodes} n on n.parent = w.id and n.key = ($1::text[])[w.depth + 1])
select id, depth from walk order by depth desc limit 1`,
    [segments],
  );
  const found = walked.rows[0];
  if (found === undefined || found.depth < segments.length) {
    const existing = `/${segments.slice(0, found?.depth ?? 0).join("/")}`;
    throw new CopycatError(
      "NOT_FOUND",
      `There is no node /${segments.join("/")}: ${existing} has no child ${segments[found?.depth ?? 0]}.`,
    );
  }
  return describeNode(database, found.id, `/${segments.join("/")}`, schema);
}

async function describeNode(
  database: Database,
  id: number,
  path: string,
  schema: string,
): Promise<NodeDetails> {
  const names = catalogNames(schema);
  const { rows } = await database.pool.query<Omit<NodeDetails, "path" | "dataSource" | "children">>(
    `\
select n.id, n.structure_family::text as "structureFamily", n.metadata, n.specs,
  n.time_created::text as "timeCreated", n.time_updated::text as "timeUpdated",
  (select count(*)::int from ${names.revisions} r where r.node_id = n.id) as revisions
from ${names.nodes} n where n.id = $1`,
    [id],
  );
  const node = rows[0];
  if (node === undefined) throw new CopycatError("NOT_FOUND", `Node ${path} has just been deleted.`);
  const children = await database.pool.query<{ count: number; keys: string[] | null }>(
    `\
select (select count(*)::int from ${names.nodes} where parent = $1) as count,
  (select array_agg(key::text order by id)
   from (select key, id from ${names.nodes} where parent = $1 order by id limit ${shownChildren}) c) as keys`,
    [id],
  );
  const listed = children.rows[0];
  return {
    ...node,
    path,
    dataSource: await findDataSource(database, id, schema),
    children: { count: listed?.count ?? 0, keys: listed?.keys ?? [] },
  };
}

async function findDataSource(
  database: Database,
  nodeId: number,
  schema: string,
): Promise<DataSourceDetails | null> {
  const names = catalogNames(schema);
  const { rows } = await database.pool.query<DataSourceDetails>(
    `\
select d.id, d.mimetype, d.management::text, d.parameters, d.structure_id as "structureId", s.structure,
  coalesce((
    select json_agg(json_build_object('dataUri', a.data_uri, 'size', a.size, 'parameter', l.parameter,
      'num', l.num) order by l.parameter, l.num)
    from ${names.associations} l join ${names.assets} a on a.id = l.asset_id
    where l.data_source_id = d.id), '[]') as assets
from ${names.dataSources} d
left join ${quoteIdentifier(schema, "structures")} s on s.id = d.structure_id
where d.node_id = $1
order by d.id`,
    [nodeId],
  );
  return rows[0] ?? null;
}
