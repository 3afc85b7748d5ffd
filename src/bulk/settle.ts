// Settles staging before the merge: one row a key, and how many of them this very load brought in before.

import type { ClientBase } from "pg";
import {
  countOwnSql,
  deleteDuplicatesSql,
  gatherDuplicatesSql,
  hasDuplicatesSql,
  widenCountersSql,
} from "./sql/settle.ts";
import { column, differs, stagedValue } from "./sql/stagedTable.ts";
import type { Staging } from "./staging.ts";
import type { MergePolicy } from "./types.ts";

export interface OwnRows {
  /** Staged rows whose key this load inserted before. */
  own: number;
  /** Those of `own` that an update changes. */
  ownChanged: number;
}

export interface Settled extends OwnRows {
  /** Staged rows that lost to another one of their key; they are no longer staged. */
  duplicates: number;
}

/** Transaction ids of what this load wrote directly; `all` when all there is in the table is its own. */
export type OwnTransactions = readonly string[] | "all";

export async function settle(
  client: ClientBase,
  staging: Staging,
  policy: MergePolicy,
  own: OwnTransactions,
): Promise<Settled> {
  await staging.analyze();
  if (policy === "error" || staging.table.key.length === 0) return { duplicates: 0, own: 0, ownChanged: 0 };
  const { table } = staging;
  if (policy === "update" && table.add.length + table.keep.length > 0) {
    const { rows } = await client.query<{ found: boolean }>(hasDuplicatesSql(table));
    if (rows[0]?.found === true) {
      if (table.add.length > 0) await client.query(widenCountersSql(table));
      await client.query(gatherDuplicatesSql(table));
    }
  }
  const { rows } = await client.query<{ deleted: number }>(
    deleteDuplicatesSql(table, policy === "update" ? "last" : "first"),
  );
  return { duplicates: rows[0]?.deleted ?? 0, ...(await countOwn(client, staging, policy, own)) };
}

/** @param places (ctid) of the staged rows that are asked for; null for all */
export async function countOwn(
  client: ClientBase,
  { table }: Staging,
  policy: MergePolicy,
  own: OwnTransactions,
  places: readonly string[] | null = null,
): Promise<OwnRows> {
  if (own.length === 0 || places?.length === 0) return { own: 0, ownChanged: 0 };
  const value = (name: string): string => stagedValue(column(table, name), "s");
  const changed = policy === "update" ? differs(table, value) || "false" : "false";
  const { rows } = await client.query<{ own: number; changed: number }>(countOwnSql(table, changed), [
    own === "all" ? null : own,
    places,
  ]);
  return { own: rows[0]?.own ?? 0, ownChanged: rows[0]?.changed ?? 0 };
}
