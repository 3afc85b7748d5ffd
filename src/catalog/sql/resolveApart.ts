// `resolveLevelSql` in single steps, for a catalog whose tables live on another server than its sequences: no id can be
// drawn where the rows are, and Citus plans no statement that writes to two tables and reads from more.

import { stagingName } from "../staging.ts";
import type { CatalogNames } from "../tables.ts";
import { movedSql } from "./resolve.ts";

/** Rows of level $1 as `s`, their parents as `p`, and the node that stands at their path as `n`, if there is one. */
function levelSql(names: CatalogNames, hasMoves: boolean): string {
  return `\
from ${stagingName} s
  join copycat_parent p on p.path = s.parent_path
  left join ${names.nodes} n on not p.is_new and n.parent = p.id and n.key = s.key${hasMoves ? movedSql(names) : ""}
  where s.level = $1
    and not exists (select 1 from copycat_duplicate d where d.ordinal = s.ordinal)
    and not exists (select 1 from copycat_reject x where x.ordinal = s.ordinal)`;
}

function found(hasMoves: boolean): { id: string; family: string } {
  return hasMoves
    ? { id: "coalesce(n.id, m.id)", family: "coalesce(n.structure_family, m.structure_family)" }
    : { id: "n.id", family: "n.structure_family" };
}

/** Rows that are of another family than the node that is there, and why they stay out. */
export function listClashesSql(names: CatalogNames, hasMoves: boolean): string {
  const { family } = found(hasMoves);
  return `\
select s.ordinal::text, s.parent_path || '/' || s.key || ' is of family ' || ${family} || ' in the catalog and ' ||
    s.structure_family || ' in the input; delete the old node or give the new one another key' as message
  ${levelSql(names, hasMoves)}
    and ${family} <> s.structure_family`;
}

/** $1: ordinals, $2: their messages. By way of the client: the name of a family as text is no immutable function. */
export const rejectClashesSql = `\
insert into copycat_reject (ordinal, code, message)
select ordinal, 'family_clash', message from unnest($1::int8[], $2::text[]) as t (ordinal, message)`;

/** Ids of nodes that are there; those that are not get 0 for what they are to be given. */
export function findLevelSql(names: CatalogNames, hasMoves: boolean): string {
  const { id } = found(hasMoves);
  return `\
insert into copycat_node (ordinal, id, parent, is_new, source_id)
select s.ordinal, coalesce(${id}, 0), p.id, ${id} is null, case when ${id} is null and s.mimetype is not null then 0 end
  ${levelSql(names, hasMoves)}`;
}

/** How many ids of each kind are wanted. */
export const countWantedSql = `\
select count(*)::int as nodes, count(source_id)::int as sources from copycat_node where is_new and id = 0`;

/** $1: the sequence, $2: how many, $3: what for. The sequence lives here, and the rows go where the others are. */
export const drawIdsSql = `\
insert into copycat_drawn (purpose, place, id)
select $3::text, g, nextval($1::regclass)::int4 from generate_series(1, $2::int4) g`;

/** Those of the level before. */
export const forgetDrawnSql = "delete from copycat_drawn";

/** In the order of the input. From a table, since an array as a parameter of such an UPDATE ends Citus 13 with a signal 11. */
export const giveIdsSql = `\
update copycat_node r
set id = n.id, source_id = d.id
from (
  select ordinal, row_number() over (order by ordinal) as place,
    case when source_id is not null then count(source_id) over (order by ordinal) end as source_place
  from copycat_node where is_new and id = 0
) w
join copycat_drawn n on n.purpose = 'node' and n.place = w.place
left join copycat_drawn d on d.purpose = 'source' and d.place = w.source_place
where w.ordinal = r.ordinal`;

/** For a dry run. */
export const giveNoIdsSql = `\
update copycat_node set id = (-1 - ordinal)::int4, source_id = null where is_new and id = 0`;
