// The fast way into an empty catalog, for rows whose parents and files are known from the rows before them. It takes for
// granted that no path stands twice, and finds out at the end: then all of it is undone, and the rows go the way that looks
// first.

import type { PoolClient } from "pg";
import { copyChunks, copyStatement } from "../bulk/index.ts";
import { isSqlState } from "../database/index.ts";
import { errorCode } from "../errors.ts";
import type { Merged, MergeJob } from "./mergeJob.ts";
import { countInserted } from "./mergeStaged.ts";
import { dropIndexes, rebuildIndexes } from "./offline.ts";
import { closureChunks, closureColumns } from "./plainClosure.ts";
import { mergeStructuresSql, nowSql } from "./sql/mergeData.ts";
import {
  findFileTwinsSql,
  insertPlainAssetsSql,
  insertPlainAssociationsSql,
  insertPlainNodesSql,
  insertPlainSourcesSql,
} from "./sql/plain.ts";
import { sequencesSql } from "./sql/resolve.ts";
import type { CatalogNames, CatalogTarget } from "./tables.ts";
import type { LoadReport } from "./types.ts";

/** Thrown when the rows are not as plain as they looked. */
class NotPlain extends Error {}

/** Null, with nothing done, when a file is there already, or a path stands twice. */
export async function tryMergePlain(
  client: PoolClient,
  names: CatalogTarget,
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
  names: CatalogTarget,
  { encoder, options }: Pick<MergeJob, "encoder" | "options">,
): Promise<Merged> {
  const start = performance.now();
  const twins = await client.query<{ found: boolean }>(findFileTwinsSql(names, encoder.links.mayRepeatFiles));
  if (twins.rows[0]?.found !== false) throw new NotPlain("Some file is there already, or comes twice.");
  const { rows } = await client.query<{ time: string }>(nowSql);
  const time = rows[0]?.time ?? "";
  const base = await reserveIds(client, names, encoder.readNodes);
  const aside = await dropIndexes(client, names, options.onNotice);
  await client.query(insertPlainNodesSql(names), [base.nodes, time]);
  const structures = await countInserted(client, mergeStructuresSql(names, "all rows", "error"), []);
  await client.query(insertPlainSourcesSql(names), [base.nodes, base.sources, time]);
  const { rowCount } = await client.query(insertPlainAssetsSql(names), [base.assets, time]);
  const assets = rowCount ?? 0;
  await client.query(insertPlainAssociationsSql(names), [base.sources, base.assets]);
  const merge = { name: "merge" as const, elapsedMs: Math.round(performance.now() - start) };
  options.signal?.throwIfAborted();
  const closure = await writeClosure(client, names, { encoder, options }, Number(base.nodes));
  options.onPhase?.("indexes");
  const phases = await rebuildIndexes(client, names, aside);
  const dataSources = encoder.stagedSources;
  return {
    fresh: encoder.stagedNodes,
    duplicates: 0,
    renewed: 0,
    serverRejects: 0,
    updatedNodes: 0,
    dataSources,
    structures,
    assets,
    closure,
    firstId: base.nodes,
    phases: [
      { ...merge, rows: encoder.stagedNodes + dataSources + structures + assets },
      { name: "closure", elapsedMs: closure.elapsedMs, rows: closure.rows },
      ...phases,
    ],
  };
}

interface Base {
  nodes: string;
  sources: string;
  assets: string;
}

/** What ordinals are added to. An id a record that was read, whether or not it was taken. */
async function reserveIds(client: PoolClient, names: CatalogNames, count: number): Promise<Base> {
  const { rows } = await client.query<Base>(sequencesSql(names));
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
  return {
    nodes: await reserve(rows[0]?.nodes),
    sources: await reserve(rows[0]?.sources),
    assets: await reserve(rows[0]?.assets),
  };
}

/** From the parents that are known here: the server has nothing to climb. */
async function writeClosure(
  client: PoolClient,
  names: CatalogNames,
  { encoder, options }: Pick<MergeJob, "encoder" | "options">,
  firstId: number,
): Promise<LoadReport["closure"]> {
  options.onPhase?.("closure");
  const start = performance.now();
  // A new file, into which COPY writes whole pages.
  await client.query(`truncate ${names.closure}`);
  const { rows } = await copyChunks(
    client,
    copyStatement([names.schema, "nodes_closure"], closureColumns),
    closureChunks(encoder.links.parents, firstId),
    options.signal,
  );
  return { strategy: "rebuild", rows, elapsedMs: Math.round(performance.now() - start) };
}
