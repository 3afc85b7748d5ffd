// Nodes that come under another path than they stand at: a file was moved, and what it holds keeps its ids.

import type { PoolClient } from "pg";
import { type StagingPlace, stagingWords } from "../bulk/index.ts";
import { deleteMovedClosureSql, insertMovedClosureSql, moveNodesSql } from "./sql/moves.ts";
import { pathText } from "./staging.ts";
import type { CatalogTarget } from "./tables.ts";
import type { MovedNode } from "./types.ts";

/** Before rows are resolved: those with such a path get the id. False when there are none. */
export async function stageMoves(
  client: PoolClient,
  moves: readonly MovedNode[],
  place: StagingPlace,
): Promise<boolean> {
  if (moves.length === 0) return false;
  const [kind, end] = stagingWords(place);
  await client.query(`create ${kind} table copycat_moved (path text, id int4)${end}`);
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
export async function moveNodes(client: PoolClient, names: CatalogTarget): Promise<void> {
  const { rows } = await client.query<{ id: number }>(moveNodesSql(names));
  if (names.isDistributed) await client.query("drop table copycat_moved");
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return;
  await client.query(deleteMovedClosureSql(names), [ids]);
  await client.query(insertMovedClosureSql(names), [ids]);
}
