// Nodes that come under another path than they stand at: a file was moved, and what it holds keeps its ids.

import type { PoolClient } from "pg";
import { deleteMovedClosureSql, insertMovedClosureSql, moveNodesSql } from "./sql/moves.ts";
import { pathText } from "./staging.ts";
import type { CatalogNames } from "./tables.ts";
import type { MovedNode } from "./types.ts";

/** Before rows are resolved: those with such a path get the id. False when there are none. */
export async function stageMoves(client: PoolClient, moves: readonly MovedNode[]): Promise<boolean> {
  if (moves.length === 0) return false;
  await client.query("create temp table copycat_moved (path text, id int4) on commit drop");
  await client.query("insert into copycat_moved (path, id) select * from unnest($1::text[], $2::int4[])", [
    moves.map(({ path }) => pathText(path)),
    moves.map(({ id }) => id),
  ]);
  await client.query("analyze copycat_moved");
  return true;
}

/**
 * After the merge, with triggers on, since newer Tiled has one that takes a node's tags along. The closure follows where
 * the parent is another one: no trigger of Tiled's does that.
 */
export async function moveNodes(client: PoolClient, names: CatalogNames): Promise<void> {
  const { rows } = await client.query<{ id: number }>(moveNodesSql(names));
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return;
  await client.query(deleteMovedClosureSql(names), [ids]);
  await client.query(insertMovedClosureSql(names), [ids]);
}
