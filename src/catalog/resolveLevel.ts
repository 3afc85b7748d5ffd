// One level of staged rows gets its ids.

import type { PoolClient } from "pg";
import { resolveLevelSql } from "./sql/resolve.ts";
import {
  countWantedSql,
  drawIdsSql,
  findLevelSql,
  forgetDrawnSql,
  giveIdsSql,
  giveNoIdsSql,
  listClashesSql,
  rejectClashesSql,
} from "./sql/resolveApart.ts";
import type { CatalogTarget } from "./tables.ts";

export interface LevelJob {
  level: number;
  /** Where ids come from; a dry run draws none. */
  sequences: { nodes: string; sources: string } | null;
  /** The table copycat_moved is there. */
  hasMoves: boolean;
}

export async function resolveLevel(
  client: PoolClient,
  names: CatalogTarget,
  { level, sequences, hasMoves }: LevelJob,
): Promise<void> {
  const drawn = sequences === null ? [] : [sequences.nodes, sequences.sources];
  if (!names.isDistributed) {
    const text = resolveLevelSql(names, { dryRun: sequences === null, hasMoves });
    await client.query(text, [level, ...drawn]);
    return;
  }
  const { rows: clashes } = await client.query<{ ordinal: string; message: string }>(
    listClashesSql(names, hasMoves),
    [level],
  );
  if (clashes.length > 0) {
    await client.query(rejectClashesSql, [
      clashes.map(({ ordinal }) => ordinal),
      clashes.map(({ message }) => message),
    ]);
  }
  await client.query(findLevelSql(names, hasMoves), [level]);
  if (sequences === null) {
    await client.query(giveNoIdsSql);
    return;
  }
  const { rows } = await client.query<{ nodes: number; sources: number }>(countWantedSql);
  const wanted = rows[0] ?? { nodes: 0, sources: 0 };
  if (wanted.nodes === 0) return;
  await client.query(forgetDrawnSql);
  await client.query(drawIdsSql, [sequences.nodes, wanted.nodes, "node"]);
  await client.query(drawIdsSql, [sequences.sources, wanted.sources, "source"]);
  // Guessed to be one row, they were joined in nested loops: 8 s for 8,000.
  await client.query("analyze copycat_drawn, copycat_node");
  await client.query(giveIdsSql);
}
