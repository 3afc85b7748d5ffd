// Nodes and their revisions, once every staged row has an id.

import { type MergePolicy, mergeSql } from "../../bulk/index.ts";
import { stagingName } from "../staging.ts";
import { type CatalogNames, type CatalogTarget, contentColumns, nodesTable } from "../tables.ts";

/** Which rows are renewed where they are there already. */
export type Renewal = "all" | "marked";

/** A condition on rows of staging as `s`. */
export function renewedSql(renewal: Renewal): string {
  return renewal === "marked" ? " and s.is_renewed" : "";
}

/** Nodes whose metadata or specs differ from what is staged. jsonb compares by value: 1.0 equals 1. */
export function markChangedSql(names: CatalogNames, renewal: Renewal): string {
  return `\
insert into copycat_changed (ordinal, id)
select r.ordinal, r.id
from copycat_node r
join ${stagingName} s using (ordinal)
join ${names.nodes} n on n.id = r.id
where not r.is_new${renewedSql(renewal)} and (n.metadata, n.specs) is distinct from (s.metadata, s.specs)`;
}

/** The version before the change, numbered from 1 for each node as Tiled does; $1 is the time. */
export function insertRevisionsSql(names: CatalogTarget): string {
  return `\
insert into ${names.revisions}
  (node_id, revision_number, ${contentColumns(names)}, time_created, time_updated)
select n.id, 1 + coalesce((select max(v.revision_number) from ${names.revisions} v where v.node_id = n.id), 0),
  ${contentColumns(names, "n")}, $1::timestamp, $1::timestamp
from copycat_changed c
join ${names.nodes} n on n.id = c.id
order by n.id`;
}

/** New nodes, and under `update` the changed ones; $1 is the time. Rows that stay as they are take no part. */
export function mergeNodesSql(names: CatalogTarget, policy: MergePolicy): string {
  const source = `\
select r.id, r.parent, s.key, s.structure_family::${names.familyType},
  ${contentColumns(names, "s")}, $1::timestamp, $1::timestamp
from copycat_node r
join ${stagingName} s using (ordinal)
where r.is_new or exists (select from copycat_changed c where c.ordinal = r.ordinal)
order by r.id`;
  return mergeSql(nodesTable(names), source, policy);
}

/**
 * New nodes; $1 is the time. For a load that is alone with the tables, whose unique constraint may be gone, or one in which
 * nodes move, which are not found by their keys. Not sorted: staging is read in the order of the input.
 */
export function insertNodesSql(names: CatalogTarget): string {
  const columns = nodesTable(names).columns.map(({ name }) => name);
  return `\
insert into ${names.nodes} (${columns.join(", ")})
select r.id, r.parent, s.key, s.structure_family::${names.familyType},
  ${contentColumns(names, "s")}, $1::timestamp, $1::timestamp
from copycat_node r
join ${stagingName} s using (ordinal)
where r.is_new`;
}

/** Nodes that differ, by their ids; $1 is the time. */
export function updateNodesSql(names: CatalogNames): string {
  return `\
update ${names.nodes} n
set metadata = s.metadata, specs = s.specs, time_updated = $1::timestamp
from copycat_changed c
join ${stagingName} s using (ordinal)
where n.id = c.id`;
}
