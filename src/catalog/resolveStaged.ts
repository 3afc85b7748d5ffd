// Gives every staged row its id, or the reason why it stays out.

import type { PoolClient } from "pg";
import { CopycatError } from "../errors.ts";
import { setting, words } from "../wording.ts";
import { resolveLevel } from "./resolveLevel.ts";
import {
  addParentsSql,
  findAttachPointsSql,
  findTwinsSql,
  markDuplicatesSql,
  markOrphansSql,
  rejectTakenPathsSql,
  sequencesSql,
} from "./sql/resolve.ts";
import { stagingName } from "./staging.ts";
import type { CatalogTarget } from "./tables.ts";
import type { LoadOptions } from "./types.ts";

export interface Resolved {
  /** Nodes that are not in the catalog yet. */
  fresh: number;
  /** Those of them that have a data source. */
  freshSources: number;
  /** Rows that lost against another one of the same path. */
  duplicates: number;
  /** Nodes that are there and are renewed because their rows say so. */
  renewed: number;
}

export interface ResolveJob {
  deepestLevel: number;
  /** The table copycat_moved is there. */
  hasMoves: boolean;
  /** Some rows are marked. */
  hasRenewed: boolean;
}

export async function resolveStaged(
  client: PoolClient,
  names: CatalogTarget,
  options: LoadOptions,
  { deepestLevel, hasMoves, hasRenewed }: ResolveJob,
): Promise<Resolved> {
  await client.query(findTwinsSql);
  await client.query("analyze copycat_twin");
  await client.query(rejectTakenPathsSql);
  const marked = await client.query(markDuplicatesSql(options.policy === "update" ? "last" : "first"));
  const duplicates = marked.rowCount ?? 0;
  await client.query("analyze copycat_duplicate");
  await client.query(findAttachPointsSql(names));
  const { rows: found } = await client.query<{ nodes: string; sources: string }>(sequencesSql(names));
  const sequences = options.dryRun ? null : (found[0] ?? null);
  for (let level = 1; level <= deepestLevel; level++) {
    // Temp tables are unknown to autovacuum; without this the plan for a level is that for an empty table.
    await client.query("analyze copycat_parent");
    await resolveLevel(client, names, { level, sequences, hasMoves });
    await client.query("analyze copycat_node");
    if (level < deepestLevel) await client.query(addParentsSql, [level]);
  }
  await client.query(markOrphansSql);
  const { rows } = await client.query<{ fresh: number; existing: number; sources: number }>(`\
select count(*) filter (where is_new)::int as fresh, count(*) filter (where not is_new)::int as existing,
  count(source_id)::int as sources
from copycat_node`);
  const counts = rows[0] ?? { fresh: 0, existing: 0, sources: 0 };
  if (options.policy === "error" && counts.existing + duplicates > 0) {
    throw await explainConflict(client, counts.existing, duplicates);
  }
  if (duplicates > 0) {
    const kept = options.policy === "update" ? "last" : "first";
    options.onNotice?.(
      `${duplicates} records share their path with another one; the ${kept} of each was kept.`,
    );
  }
  const renewed = hasRenewed ? await countMarked(client) : 0;
  return { fresh: counts.fresh, freshSources: counts.sources, duplicates, renewed };
}

async function countMarked(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ marked: number }>(`\
select count(*)::int as marked
from copycat_node r join ${stagingName} s using (ordinal) where s.is_renewed and not r.is_new`);
  return rows[0]?.marked ?? 0;
}

async function explainConflict(
  client: PoolClient,
  existing: number,
  duplicates: number,
): Promise<CopycatError> {
  const { rows } = await client.query<{ path: string; source: string; position: string }>(`\
select s.parent_path || '/' || s.key as path, s.source, s.position
from ${stagingName} s
where exists (select from copycat_node r where r.ordinal = s.ordinal and not r.is_new)
  or exists (select from copycat_duplicate d where d.ordinal = s.ordinal)
order by s.ordinal
limit 10`);
  return new CopycatError(
    "CONFLICT",
    words(
      `${existing} nodes are in the catalog already and ${duplicates} stand twice in the input. Nothing was changed. Use `,
      setting("policy", "skip"),
      " to leave them, or ",
      setting("policy", "update"),
      " to renew them.",
    ),
    { details: rows.map(({ path, source, position }) => `${path} (${source}, ${position})`) },
  );
}
