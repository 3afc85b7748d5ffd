// Nodes that keep their id under another path, and the closure above them.

import { stagingName } from "../staging.ts";
import type { CatalogNames } from "../tables.ts";

/** Key and parent as staged. Gives the nodes whose parent is another one now. */
export function moveNodesSql(names: CatalogNames): string {
  return `\
with target as (
  select n.id, n.parent as old_parent, r.parent, s.key
  from copycat_moved m
  join copycat_node r on r.id = m.id and not r.is_new
  join ${stagingName} s using (ordinal)
  join ${names.nodes} n on n.id = m.id
), moved as (
  update ${names.nodes} n set parent = t.parent, key = t.key
  from target t
  where n.id = t.id and (n.parent, n.key) is distinct from (t.parent, t.key)
)
select id from target where parent is distinct from old_parent`;
}

/** Of the trees below $1, the links to whatever stood above them. */
export function deleteMovedClosureSql(names: CatalogNames): string {
  return `\
delete from ${names.closure} c
using ${names.closure} t
where t.ancestor = any ($1::int4[]) and c.descendant = t.descendant
  and not exists (select from ${names.closure} x where x.ancestor = t.ancestor and x.descendant = c.ancestor)`;
}

/** The links to what stands above them now. */
export function insertMovedClosureSql(names: CatalogNames): string {
  return `\
insert into ${names.closure} (ancestor, descendant, depth)
select p.ancestor, t.descendant, p.depth + t.depth + 1
from ${names.nodes} n
join ${names.closure} p on p.descendant = n.parent
join ${names.closure} t on t.ancestor = n.id
where n.id = any ($1::int4[])`;
}
