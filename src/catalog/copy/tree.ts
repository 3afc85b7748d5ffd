// The dataset that is copied, node by node, as the tree has it: the closure may be wrong, and children would be lost.

import type { ClientBase } from "pg";
import type { CatalogNames } from "../tables.ts";
import { treeTable } from "./copiedTables.ts";

const collectSql = ({ nodes }: CatalogNames): string => `\
insert into ${treeTable} (id, path)
with recursive tree (id, path) as (
  select n.id, sha256(convert_to(n.key, 'UTF8')) from ${nodes} n where n.parent = 0 and n.key = $1
  union all
  select n.id, sha256(t.path || convert_to('/' || n.key, 'UTF8'))
  from tree t join ${nodes} n on n.parent = t.id)
select id, path from tree`;

/**
 * Lists the nodes of a dataset in a temp table of the caller's transaction.
 *
 * @param key of a node at the top of the catalog
 * @returns how many there are, the dataset itself included; 0 when it is not there
 */
export async function collectTree(client: ClientBase, names: CatalogNames, key: string): Promise<number> {
  await client.query(`drop table if exists pg_temp.${treeTable}`);
  await client.query(
    `create temp table ${treeTable} (id int4 primary key, path bytea not null) on commit drop`,
  );
  const { rowCount } = await client.query(collectSql(names), [key]);
  await client.query(`analyze ${treeTable}`);
  return rowCount ?? 0;
}

/** The id of a node at the top of the catalog, null when it is not there. */
export async function findDataset(
  client: Pick<ClientBase, "query">,
  { nodes }: CatalogNames,
  key: string,
): Promise<number | null> {
  const { rows } = await client.query<{ id: number }>(
    `select id from ${nodes} where parent = 0 and key = $1`,
    [key],
  );
  return rows[0]?.id ?? null;
}
