// From paths to ids. The tree is walked level by level; each level is one set-based statement. Texts are put together by ||,
// since format() is no immutable function, and Citus 13 makes a statement of INSERT ... SELECT with any other that its worker
// cannot read (42601).

import { type StagingPlace, stagingWords } from "../../bulk/index.ts";
import { pathText, stagingName } from "../staging.ts";
import type { CatalogNames } from "../tables.ts";

/**
 * The work tables of one load, all gone at commit:
 * parent - containers that may get children; node - staged rows with their ids; reject - rows that stay out;
 * twin - paths that stand in the input more than once; duplicate - the rows of such paths that do not count;
 * changed - nodes that policy update rewrites; source - data sources whose assets are to be linked;
 * unlinked - assets that a data source has let go.
 */
export function createWorkTablesSql(place: StagingPlace): string {
  const [kind, end] = stagingWords(place);
  const tables = place === "temp" ? workTables : { ...workTables, ...apartTables };
  const statements = Object.entries(tables).map(
    ([name, columns]) => `create ${kind} table ${name} (${columns})${end}`,
  );
  return statements.join(";\n");
}

const workTables = {
  copycat_parent: "path text, id int4, is_new bool",
  copycat_node: "ordinal int8, id int4, parent int4, is_new bool, source_id int4",
  copycat_reject: "ordinal int8, code text, message text",
  copycat_twin: "parent_path text, key text, first int8",
  copycat_duplicate: "ordinal int8",
  copycat_changed: "ordinal int8, id int4",
  copycat_source: "ordinal int8, id int4",
  copycat_unlinked: "asset_id int4",
};

/** Ids that were drawn, and not given yet (resolveApart.ts). */
const apartTables = { copycat_drawn: "purpose text, place int8, id int4" };

/** For those that do not go by themselves. */
export const dropWorkTablesSql = `drop table ${[stagingName, ...Object.keys({ ...workTables, ...apartTables })].join(", ")}`;

/** Paths that stand in the input more than once; rows rejected before take no part. */
export const findTwinsSql = `\
insert into copycat_twin (parent_path, key, first)
select s.parent_path, s.key, min(s.ordinal)
from ${stagingName} s
where not exists (select from copycat_reject x where x.ordinal = s.ordinal)
group by s.parent_path, s.key
having count(*) > 1`;

/**
 * Two files cannot be the same node: the later one stays out. The container of a dataset (level 1) may be described
 * by several inputs.
 */
export const rejectTakenPathsSql = `\
insert into copycat_reject (ordinal, code, message)
select s.ordinal, 'path_taken',
  'the path ' || s.parent_path || '/' || s.key || ' is that of ' || w.source || ' (' || w.position || '), too; rename one of them'
from copycat_twin t
join ${stagingName} w on w.ordinal = t.first
join ${stagingName} s on s.parent_path = t.parent_path and s.key = t.key
where s.level > 1 and s.source <> w.source
  and not exists (select from copycat_reject x where x.ordinal = s.ordinal)`;

/** Of rows with the same path one counts; that the others are left aside is told, not an error. */
export function markDuplicatesSql(winner: "first" | "last"): string {
  return `\
insert into copycat_duplicate (ordinal)
select ordinal
from (
  select s.ordinal, row_number() over (
    partition by s.parent_path, s.key order by s.ordinal${winner === "last" ? " desc" : ""}) as place
  from copycat_twin t
  join ${stagingName} s on s.parent_path = t.parent_path and s.key = t.key
  where not exists (select from copycat_reject x where x.ordinal = s.ordinal)
) ranked
where place > 1`;
}

/**
 * Attach points: parents that are not in the input are looked up in the catalog, key by key from the root.
 * Those that are not found stay out, and their children become rejects.
 */
export function findAttachPointsSql(names: CatalogNames): string {
  return `\
insert into copycat_parent (path, id, is_new)
with recursive wanted as (
  select w.parent_path as path, string_to_array(substr(w.parent_path, 2), '/') as segments
  from (select distinct parent_path from ${stagingName}) w
  where w.parent_path <> '${pathText([])}'
    and not exists (
      select from ${stagingName} p
      where p.structure_family = 'container' and p.parent_path || '/' || p.key = w.parent_path)
), walk as (
  select path, segments, 0 as depth, 0 as id from wanted
  union all
  select w.path, w.segments, w.depth + 1, n.id
  from walk w
  join ${names.nodes} n on n.parent = w.id and n.key = w.segments[w.depth + 1]
  where w.depth < cardinality(w.segments) and n.structure_family = 'container'
)
select '${pathText([])}', 0, false
union all
select path, id, false from walk where depth = cardinality(segments)`;
}

/**
 * Ids for one level ($1), in the order of the input, since Tiled lists by id: those of nodes that are there, and for
 * those that are not, ids reserved from the sequence ($2), and for their data sources from theirs ($3). A dry run
 * reserves nothing and takes negative numbers.
 *
 * The look-up is lateral, and OFFSET 0 keeps it so: as a join it was planned as one by key alone, new rows times catalog
 * (1.1 million rows for 1,200 new ones).
 */
export function resolveLevelSql(
  names: CatalogNames,
  { dryRun, hasMoves }: { dryRun: boolean; hasMoves: boolean },
): string {
  const nextId = dryRun ? "(-1 - c.ordinal)::int4" : "nextval($2::regclass)::int4";
  const nextSource = dryRun
    ? "null"
    : "case when c.existing is null and c.has_source then nextval($3::regclass)::int4 end";
  return `\
with candidate as (
  select s.ordinal, p.id as parent, ${hasMoves ? "coalesce(n.id, m.id)" : "n.id"} as existing, s.structure_family as family,
    ${hasMoves ? "coalesce(n.structure_family, m.structure_family)" : "n.structure_family"}::text as existing_family, s.parent_path || '/' || s.key as path,
    s.mimetype is not null as has_source
  from ${stagingName} s
  join copycat_parent p on p.path = s.parent_path
  left join lateral (
    select t.id, t.structure_family from ${names.nodes} t
    where not p.is_new and t.parent = p.id and t.key = s.key
    offset 0
  ) n on true${hasMoves ? movedSql(names) : ""}
  where s.level = $1 and not exists (select from copycat_duplicate d where d.ordinal = s.ordinal)
    and not exists (select from copycat_reject x where x.ordinal = s.ordinal)
  order by s.ordinal
), clash as (
  insert into copycat_reject (ordinal, code, message)
  select ordinal, 'family_clash', path || ' is of family ' || existing_family || ' in the catalog and ' || family ||
    ' in the input; delete the old node or give the new one another key'
  from candidate
  where existing_family <> family
)
insert into copycat_node (ordinal, id, parent, is_new, source_id)
select c.ordinal, coalesce(c.existing, ${nextId}), c.parent, c.existing is null, ${nextSource}
from candidate c
where c.existing is null or c.existing_family = c.family`;
}

/** Nodes that come under another path than they stand at; one that was deleted meanwhile is none. */
export function movedSql(names: CatalogNames): string {
  return `
  left join copycat_moved v on v.path = s.parent_path || '/' || s.key
  left join ${names.nodes} m on m.id = v.id`;
}

/**
 * The containers of one level ($1) become parents of the next. A statement of its own, after ANALYZE: joined to the
 * rows just returned, whose number the planner cannot know, it became a nested loop of 110,000 x 120,000 rows.
 */
export const addParentsSql = `\
insert into copycat_parent (path, id, is_new)
select s.parent_path || '/' || s.key, r.id, r.is_new
from copycat_node r
join ${stagingName} s using (ordinal)
where s.level = $1 and s.structure_family = 'container'`;

/** What is left without an id has no parent. */
export const markOrphansSql = `\
insert into copycat_reject (ordinal, code, message)
select s.ordinal, 'parent_missing',
  'the parent ' || s.parent_path || ' is no container of the catalog, and no record of one was taken; add or mend it'
from ${stagingName} s
where not exists (select from copycat_node r where r.ordinal = s.ordinal)
  and not exists (select from copycat_duplicate d where d.ordinal = s.ordinal)
  and not exists (select from copycat_reject x where x.ordinal = s.ordinal)`;

/** The sequences of nodes.id and data_sources.id, whatever their names. */
export function sequencesSql(names: CatalogNames): string {
  const of = (table: string): string => `pg_get_serial_sequence('${table.replaceAll("'", "''")}', 'id')`;
  return `select ${of(names.nodes)} as nodes, ${of(names.dataSources)} as sources, ${of(names.assets)} as assets`;
}

/** Rejects in the order of the input, each with the record to mend. */
export const listRejectsSql = `\
select s.source, s.position, x.code, x.message, (jsonb_build_object(
    'path', s.parent_path || '/' || s.key,
    'structure_family', s.structure_family,
    'metadata', s.metadata,
    'specs', s.specs)
  || case when s.access_blob = '{}' then '{}'::jsonb else jsonb_build_object('access_blob', s.access_blob) end
  || case when s.mimetype is null then '{}'::jsonb else jsonb_build_object('data_source', jsonb_build_object(
    'mimetype', s.mimetype,
    'structure', (select o.structure from ${stagingName} o
                  where o.structure_id = s.structure_id and o.structure is not null limit 1),
    'parameters', s.parameters,
    'properties', s.properties,
    'management', s.management,
    'assets', jsonb_build_array(jsonb_build_object(
      'data_uri', s.data_uri, 'is_directory', s.is_directory, 'size', s.size,
      'parameter', s.parameter, 'num', s.num)) || coalesce(s.more_assets, '[]'))) end)::text as record
from copycat_reject x
join ${stagingName} s using (ordinal)
order by x.ordinal`;
