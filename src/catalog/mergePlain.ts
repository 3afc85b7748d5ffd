// The fast way into an empty catalog. It takes for granted that every row is a new node whose parent is in the input, and
// finds out at the end: then all of it is undone, and the rows go the way that finds out first.

import type { PoolClient } from "pg";
import { isSqlState } from "../database/index.ts";
import { errorCode } from "../errors.ts";
import type { Merged, MergeJob } from "./mergeJob.ts";
import { countInserted } from "./mergeStaged.ts";
import { dropIndexes, rebuildIndexes } from "./offline.ts";
import { mergeStructuresSql } from "./sql/mergeData.ts";
import {
  climbContainersSql,
  countPlainNodesSql,
  createPlainTablesSql,
  insertPlainAssetsSql,
  insertPlainAssociationsSql,
  insertPlainClosureSql,
  insertPlainNodesSql,
  insertPlainSourcesSql,
  listContainersSql,
} from "./sql/plain.ts";
import { sequencesSql } from "./sql/resolve.ts";
import type { CatalogNames } from "./tables.ts";
import type { LoadOptions, LoadReport } from "./types.ts";

/** Thrown when the rows are not as plain as they looked. */
class NotPlain extends Error {}

/** Null, with nothing done, when some row is no new node with a parent in the input, or a path stands twice. */
export async function tryMergePlain(
  client: PoolClient,
  names: CatalogNames,
  { encoder, options }: Pick<MergeJob, "encoder" | "options">,
): Promise<Merged | null> {
  await client.query("savepoint copycat_plain");
  try {
    return await mergePlain(client, names, { encoder, options });
  } catch (error) {
    // Class 23: a constraint was broken, while rows went in or when it was made again.
    const state = errorCode(error);
    const isRows = state !== undefined && isSqlState(state) && state.startsWith("23");
    if (!isRows && !(error instanceof NotPlain)) throw error;
    await client.query("rollback to savepoint copycat_plain; release savepoint copycat_plain");
    return null;
  }
}

async function mergePlain(
  client: PoolClient,
  names: CatalogNames,
  { encoder, options }: Pick<MergeJob, "encoder" | "options">,
): Promise<Merged> {
  const start = performance.now();
  const { rows } = await client.query<{ time: string }>("select localtimestamp::text as time");
  const time = rows[0]?.time ?? "";
  const base = await reserveIds(client, names, encoder.readNodes);
  const aside = await dropIndexes(client, names, options.onNotice);
  await client.query(createPlainTablesSql);
  await client.query(listContainersSql, [base.nodes]);
  await client.query("analyze copycat_container");
  await client.query(insertPlainNodesSql(names), [base.nodes, time]);
  await expectNodes(client, names, encoder.stagedNodes);
  const structures = await countInserted(client, mergeStructuresSql(names, "all rows", "error"), []);
  await client.query(insertPlainSourcesSql(names), [base.nodes, base.sources, time]);
  const assets = await countInserted(client, insertPlainAssetsSql(names), [time]);
  await client.query(insertPlainAssociationsSql(names), [base.sources]);
  const merge = { name: "merge" as const, elapsedMs: Math.round(performance.now() - start) };
  options.signal?.throwIfAborted();
  const closure = await writeClosure(client, names, options);
  options.onPhase?.("indexes");
  const phases = await rebuildIndexes(client, names, aside);
  const dataSources = encoder.stagedSources;
  return {
    fresh: encoder.stagedNodes,
    duplicates: 0,
    serverRejects: 0,
    updatedNodes: 0,
    dataSources,
    structures,
    assets,
    closure,
    phases: [
      { ...merge, rows: encoder.stagedNodes + dataSources + structures + assets },
      { name: "closure", elapsedMs: closure.elapsedMs, rows: closure.rows },
      ...phases,
    ],
  };
}

/** What ordinals are added to. An id a record that was read, whether or not it was taken. */
async function reserveIds(
  client: PoolClient,
  names: CatalogNames,
  count: number,
): Promise<{ nodes: string; sources: string }> {
  const { rows } = await client.query<{ nodes: string; sources: string }>(sequencesSql(names));
  const reserve = async (sequence: string | undefined): Promise<string> => {
    const next = await client.query<{ first: string }>("select nextval($1::regclass)::text as first", [
      sequence,
    ]);
    const first = BigInt(next.rows[0]?.first ?? 0);
    await client.query("select setval($1::regclass, $2)", [
      sequence,
      (first + BigInt(count) - 1n).toString(),
    ]);
    return first.toString();
  };
  return { nodes: await reserve(rows[0]?.nodes), sources: await reserve(rows[0]?.sources) };
}

async function expectNodes(client: PoolClient, names: CatalogNames, expected: number): Promise<void> {
  const { rows } = await client.query<{ nodes: number }>(countPlainNodesSql(names));
  if (rows[0]?.nodes !== expected) throw new NotPlain("Some rows have no parent, or more than one.");
}

async function writeClosure(
  client: PoolClient,
  names: CatalogNames,
  options: LoadOptions,
): Promise<LoadReport["closure"]> {
  options.onPhase?.("closure");
  const start = performance.now();
  await client.query(climbContainersSql(names));
  await client.query("analyze copycat_above");
  await client.query(`truncate ${names.closure}`);
  const { rowCount } = await client.query(insertPlainClosureSql(names));
  return { strategy: "rebuild", rows: rowCount ?? 0, elapsedMs: Math.round(performance.now() - start) };
}
