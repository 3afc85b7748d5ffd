// The catalog's load: stage, resolve, merge, closure. One transaction; the table lock is held for the merge only,
// never while files are read.

import type { PoolClient } from "pg";
import { copyLines, copyStatement, createStagingSql } from "../bulk/index.ts";
import {
  type Database,
  withCancel,
  withRollback,
  withTransaction,
  wrapDatabaseError,
} from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { finishLoad } from "./finishLoad.ts";
import { type Guard, guardOffline, guardOnline } from "./guard.ts";
import { makeStaging } from "./makeStaging.ts";
import type { Merged } from "./mergeJob.ts";
import { tryMergePlain } from "./mergePlain.ts";
import { mergeResolved } from "./mergeResolved.ts";
import { moveNodes, stageMoves } from "./moves.ts";
import { goesAside } from "./offline.ts";
import { prepareTransaction } from "./prepareTransaction.ts";
import { rejectAccessBlobs } from "./rejectAccessBlobs.ts";
import { rejectLongKeys } from "./rejectLongKeys.ts";
import { rejectOversized } from "./rejects.ts";
import { createWorkTablesSql, dropWorkTablesSql } from "./sql/resolve.ts";
import { StagingEncoder } from "./stageNodes.ts";
import { stagingColumns, stagingName } from "./staging.ts";
import { type CatalogNames, type CatalogTarget, catalogNames, stagingPlaceOf } from "./tables.ts";
import { listTops } from "./tops.ts";
import type { LoadOptions, LoadReport, NodeRecord } from "./types.ts";

export type NodeBatches = AsyncIterable<readonly NodeRecord[]>;

/**
 * Loads nodes with their data sources and assets into a catalog, as Tiled itself would have written them.
 *
 * All in one transaction: on an error nothing has changed and the closure trigger is enabled. Records that cannot
 * go in are handed to `onReject` and the rest goes on. The catalog must exist (`ensureCatalog`).
 *
 * @throws CopycatError CONFLICT (policy `error`), PERMISSION, DATABASE; whatever `batches` throws.
 */
export async function loadNodes(
  database: Database,
  batches: NodeBatches,
  options: LoadOptions,
): Promise<LoadReport> {
  const names = catalogNames(options.schema ?? database.catalogSchema);
  const run = options.dryRun ? withRollback : withTransaction;
  try {
    const report = await run(database, (client) =>
      withCancel(database, client, options.signal, async () => {
        const target = await prepareTransaction(client, names, database.engine);
        return loadInTransaction(client, target, batches, options);
      }),
    );
    if (!options.dryRun) await finishLoad(database, names, report, options);
    return report;
  } catch (error) {
    if (options.signal?.aborted === true) {
      throw new CopycatError("CANCELLED", "Cancelled; nothing was changed.", { cause: error });
    }
    throw wrapDatabaseError(error, `Loading into ${database.name} failed, nothing was changed`);
  }
}

async function loadInTransaction(
  client: PoolClient,
  names: CatalogTarget,
  batches: NodeBatches,
  options: LoadOptions,
): Promise<LoadReport> {
  const encoder = new StagingEncoder(options.onReject);
  options.onPhase?.("read");
  const staged = await stage(client, names, { encoder, batches, options });
  options.signal?.throwIfAborted();
  const merged = encoder.stagedNodes === 0 ? nothingMerged : await merge(client, names, { encoder, options });
  const { mode, triggers } = merged;
  const written = encoder.stagedNodes - merged.serverRejects;
  const report: LoadReport = {
    mode,
    triggers,
    nodes: {
      read: encoder.readNodes,
      inserted: merged.fresh,
      updated: merged.updatedNodes,
      ...splitUntouched(written - merged.fresh - merged.updatedNodes, merged, options),
      rejected: encoder.rejectedNodes + merged.serverRejects,
    },
    dataSources: { inserted: merged.dataSources },
    structures: { inserted: merged.structures },
    assets: { inserted: merged.assets },
    closure: merged.closure,
    phases: [
      { name: "read", elapsedMs: Math.round(staged.readMs), rows: encoder.readNodes },
      { name: "copy", elapsedMs: Math.round(staged.copyMs), rows: encoder.stagedNodes },
      ...merged.phases,
    ],
  };
  if (!options.dryRun && options.beforeCommit !== undefined) {
    await listTops(client, { hasTops: encoder.hasTops, firstId: merged.firstId });
    await options.beforeCommit(client, report);
  }
  if (names.isDistributed) await client.query(dropWorkTablesSql);
  // The last moment: whoever asked to stop while a statement ran must not find the rows in.
  options.signal?.throwIfAborted();
  return report;
}

type MergedUnderGuard = Merged & Pick<LoadReport, "mode" | "triggers">;

/** Of a load without rows: no lock is worth it. */
const nothingMerged: MergedUnderGuard = {
  mode: "online",
  triggers: "disable",
  fresh: 0,
  duplicates: 0,
  renewed: 0,
  serverRejects: 0,
  updatedNodes: 0,
  dataSources: 0,
  structures: 0,
  assets: 0,
  closure: { strategy: "delta", rows: 0, elapsedMs: 0 },
  firstId: null,
  phases: [],
};

async function merge(
  client: PoolClient,
  names: CatalogTarget,
  { encoder, options }: { encoder: StagingEncoder; options: LoadOptions },
): Promise<MergedUnderGuard> {
  options.onPhase?.("merge");
  await rejectOversized(client, encoder.oversizedOrdinals);
  const withBlob = encoder.hasAccessBlobs && !names.hasAccessBlob ? await rejectAccessBlobs(client) : 0;
  const refused = withBlob + (await rejectLongKeys(client, names));
  const { mode, isEmpty } = await chooseMode(client, names, options, encoder.stagedNodes);
  const guard = options.dryRun ? null : await takeGuard(client, names, mode, options);
  const hasMoves = await stageMoves(client, options.moves?.() ?? [], stagingPlaceOf(names));
  const job = { encoder, options, mode, isEmpty, hasMoves };
  const isPlain =
    mode === "offline" && isEmpty && guard !== null && refused === 0 && looksPlain(encoder, options);
  const plain = isPlain ? await tryMergePlain(client, names, job) : null;
  const merged = plain ?? (await mergeResolved(client, names, job));
  await guard?.release();
  if (guard !== null && hasMoves) await moveNodes(client, names);
  return { ...merged, mode, triggers: guard?.triggers ?? "disable" };
}

/** All parents are known, no row is one that the full-text index may refuse, and they are enough for the indexes to go. */
function looksPlain(encoder: StagingEncoder, options: LoadOptions): boolean {
  const { stagedNodes, links, oversizedOrdinals } = encoder;
  return goesAside(stagedNodes, options.mode) && links.areComplete && oversizedOrdinals.length === 0;
}

function takeGuard(
  client: PoolClient,
  names: CatalogTarget,
  mode: "online" | "offline",
  options: LoadOptions,
): Promise<Guard> {
  return mode === "offline" ? guardOffline(client, names, options) : guardOnline(client, names, options);
}

/**
 * Where the tables are distributed, names of families are cast as they come in: by COPY, since in INSERT ... SELECT the cast,
 * which is no immutable function, makes Citus 13 send its worker a statement that is none (42601).
 */
function columnTypes(names: CatalogTarget): { name: string; type: string }[] {
  if (!names.isDistributed) return [...stagingColumns];
  const types = new Map([
    ["structure_family", names.familyType],
    ["management", names.managementType],
  ]);
  return stagingColumns.map(({ name, type }) => ({ name, type: types.get(name) ?? type }));
}

async function stage(
  client: PoolClient,
  names: CatalogTarget,
  { encoder, batches, options }: { encoder: StagingEncoder; batches: NodeBatches; options: LoadOptions },
): Promise<{ readMs: number; copyMs: number }> {
  const place = stagingPlaceOf(names);
  const tables = [createStagingSql(stagingName, columnTypes(names), place), createWorkTablesSql(place)];
  await makeStaging(client, names, tables, options);
  const start = performance.now();
  await copyLines(
    client,
    copyStatement(
      [stagingName],
      stagingColumns.map(({ name }) => name),
    ),
    encoder.encode(batches),
    options.signal,
  );
  const elapsedMs = performance.now() - start;
  return { readMs: encoder.waitedMs, copyMs: elapsedMs - encoder.waitedMs };
}

/** The input has to be so many times larger than the catalog for `auto` to rebuild all of it. */
const outgrows = 10;

/** An empty catalog, or one that the input outgrows, is loaded as a whole; a live one grows by its new rows. */
async function chooseMode(
  client: PoolClient,
  names: CatalogNames,
  options: LoadOptions,
  stagedNodes: number,
): Promise<{ mode: "online" | "offline"; isEmpty: boolean }> {
  // The root is always there.
  const most = Math.floor(stagedNodes / outgrows) + 1;
  // Rolled back, so that the lock of this look is let go: two loads that held it could not both get an exclusive one.
  await client.query("savepoint copycat_look");
  const { rows } = await client.query<{ present: number; isOwner: boolean }>(
    `select (select count(*)::int from (select 1 from ${names.nodes} limit $1) as n) as present,
      pg_has_role(relowner, 'usage') as "isOwner"
    from pg_class where oid = $2::regclass`,
    [most + 1, names.nodes],
  );
  await client.query("rollback to savepoint copycat_look; release savepoint copycat_look");
  const present = rows[0]?.present ?? 0;
  // Who does not own the tables can neither drop their indexes nor disable their triggers.
  const fitting = present <= most && rows[0]?.isOwner === true ? "offline" : "online";
  return { mode: options.mode === "auto" ? fitting : options.mode, isEmpty: present <= 1 };
}

/** Rows that were there already and stay: those to be renewed are equal, the others were not looked at. */
function splitUntouched(
  untouched: number,
  { duplicates, renewed, updatedNodes }: Merged,
  options: LoadOptions,
): { unchanged: number; skipped: number } {
  const unchanged =
    options.policy === "update" ? untouched - duplicates : renewed - Math.min(renewed, updatedNodes);
  return { unchanged, skipped: untouched - unchanged };
}
