// The way for all rows: each gets its id, or the reason why it stays out, before anything is written.

import type { PoolClient } from "pg";
import { analyzeStagingSql } from "../bulk/index.ts";
import { rebuildClosure } from "./closure.ts";
import type { Merged, MergeJob } from "./mergeJob.ts";
import { mergeStaged } from "./mergeStaged.ts";
import { dropIndexes, goesAside, rebuildIndexes } from "./offline.ts";
import { streamRejects } from "./rejects.ts";
import { resolveStaged } from "./resolveStaged.ts";
import { stagingKeys, stagingName } from "./staging.ts";
import type { CatalogTarget } from "./tables.ts";
import type { PhaseTime } from "./types.ts";

export async function mergeResolved(
  client: PoolClient,
  names: CatalogTarget,
  { encoder, options, mode, isEmpty, hasMoves }: MergeJob,
): Promise<Merged> {
  const start = performance.now();
  await client.query(analyzeStagingSql(stagingName, stagingKeys));
  const { deepestLevel, hasRenewed } = encoder;
  const resolving = { deepestLevel, hasRenewed, hasMoves };
  const { fresh, freshSources, duplicates, renewed } = await resolveStaged(client, names, options, resolving);
  const serverRejects = await streamRejects(client, options.onReject);
  const isAlone = mode === "offline" && !options.dryRun;
  const mayDrop = isAlone && goesAside(fresh, options.mode);
  const aside = mayDrop ? await dropIndexes(client, names, options.onNotice) : [];
  const counts = await mergeStaged(client, names, {
    ...options,
    isAlone,
    allNew: fresh === encoder.stagedNodes,
    hasMoreAssets: encoder.hasMoreAssets,
    freshSources,
    renewal: options.policy === "update" ? "all" : hasRenewed ? "marked" : null,
    hasMoves,
  });
  const mergeMs = performance.now() - start;
  options.signal?.throwIfAborted();

  options.onPhase?.("closure");
  const closure = await rebuildClosure(client, names, { mode, isEmpty, dryRun: options.dryRun });
  const indexes: PhaseTime[] = [];
  if (aside.length > 0) {
    options.onPhase?.("indexes");
    indexes.push(...(await rebuildIndexes(client, names, aside)));
  }
  const { updatedNodes, dataSources, structures, assets } = counts;
  const rows = fresh + updatedNodes + dataSources + structures + assets;
  return {
    fresh,
    duplicates,
    renewed,
    serverRejects,
    ...counts,
    closure,
    firstId: null,
    phases: [
      { name: "merge", elapsedMs: Math.round(mergeMs), rows },
      { name: "closure", elapsedMs: closure.elapsedMs, rows: closure.rows },
      ...indexes,
    ],
  };
}
