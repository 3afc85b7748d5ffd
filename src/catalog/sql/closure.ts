// The closure by recursive CTE: each node walks up its parents, so any depth is right, and the stored closure need
// not be trusted. The rows are (ancestor, descendant, depth), the node itself at depth 0.

import type { CatalogNames } from "../tables.ts";

export type ClosureStrategy = "rebuild" | "delta";

/**
 * delta: of the new nodes only, each parent looked up by its id; as a join, all nodes of the catalog were hashed for it.
 * rebuild: of all nodes, into a table emptied before.
 */
export function insertClosureSql(names: CatalogNames, strategy: ClosureStrategy): string {
  const climb =
    strategy === "delta"
      ? climbSql(
          "copycat_node where is_new",
          `cross join lateral (select t.id, t.parent from ${names.nodes} t where t.id = c.next offset 0) n`,
        )
      : climbSql(names.nodes, `join ${names.nodes} n on n.id = c.next`);
  return `\
insert into ${names.closure} (ancestor, descendant, depth)
${climb}
select ancestor, descendant, depth from climb`;
}

/** `with recursive climb (ancestor, descendant, depth, next)` from every row of `start`; `step` finds the parent as `n`. */
function climbSql(start: string, step: string): string {
  return `\
with recursive climb (ancestor, descendant, depth, next) as (
  select id, id, 0, parent from ${start}
  union all
  select n.id, c.descendant, c.depth + 1, n.parent
  from climb c
  ${step}
)`;
}

/** The body of `with recursive reached (id)`: every node that can be reached from a root. */
export function reachedSql(names: CatalogNames): string {
  return `\
select id from ${names.nodes} where parent is null
  union all
  select n.id from reached r join ${names.nodes} n on n.parent = r.id`;
}

/** One row: how many nodes do not reach the root, and one of them. */
export function countUnreachedSql(names: CatalogNames): string {
  return `\
with recursive reached (id) as (
  ${reachedSql(names)}
)
select count(*)::int as count, min(n.id)::text as example
from ${names.nodes} n where not exists (select from reached r where r.id = n.id)`;
}
