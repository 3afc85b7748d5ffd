-- root
select abs(count(*) filter (where id = 0) - 1)::int + count(*) filter (where id <> 0)::int as count,
  min(id) filter (where id <> 0)::text as example
from "public"."nodes" where parent is null;

-- tree
with recursive reached (id) as (
  select id from "public"."nodes" where parent is null
  union all
  select n.id from reached r join "public"."nodes" n on n.parent = r.id
)
select count(*)::int as count, min(n.id)::text as example
from "public"."nodes" n where not exists (select from reached r where r.id = n.id);

-- parents
select count(*)::int as count, min(n.id)::text as example from "public"."nodes" n join "public"."nodes" p on p.id = n.parent where p.structure_family <> 'container';

-- keys
select count(*)::int as count, min(id)::text as example from "public"."nodes" where id <> 0 and (key = '' or key like '%/%');

-- data sources
select count(*)::int as count, min(id)::text as example from (select n.id from "public"."nodes" n left join "public"."data_sources" d on d.node_id = n.id
  group by n.id having count(d.id) > 1 or (count(d.id) = 0 and n.structure_family <> 'container')) as n;

-- families
select count(*)::int as count, min(d.id)::text as example from "public"."data_sources" d join "public"."nodes" n on n.id = d.node_id
where d.structure_family <> n.structure_family;

-- parameters
select count(*)::int as count, min(id)::text as example from "public"."data_sources" where jsonb_typeof(parameters) is distinct from 'object'
  or jsonb_typeof(properties) is distinct from 'object';

-- structures
select count(*)::int as count, min(id)::text as example from "public"."data_sources" where structure_id is null and structure_family in ('array', 'sparse', 'table');

-- assets
select count(*)::int as count, min(d.id)::text as example from "public"."data_sources" d where d.management = 'external'
  and not exists (select from "public"."data_source_asset_association" l where l.data_source_id = d.id);

-- orphans
select count(*)::int as count, min(a.id)::text as example from "public"."assets" a where not exists (select from "public"."data_source_asset_association" l where l.asset_id = a.id);

-- triggers
select count(*)::int as count, min(w.name)::text as example from (values ('update_closure_table_when_inserting', '"public"."nodes"'::regclass), ('cannot_insert_num_null_if_num_exists', '"public"."data_source_asset_association"'::regclass), ('cannot_insert_num_int_if_num_null_exists', '"public"."data_source_asset_association"'::regclass)) as w (name, relation)
where not exists (select from pg_trigger t
  where t.tgname = w.name and t.tgrelid = w.relation and t.tgenabled in ('O', 'A'));

-- sequence of nodes
select (coalesce(max(id), 0) >= coalesce((
    select case when s.last_value is null then s.start_value else s.last_value + 1 end
    from pg_sequences s
    where format('%I.%I', s.schemaname, s.sequencename)
      = pg_get_serial_sequence('"public"."nodes"', 'id')), 1))::int as count,
  max(id)::text as example
from "public"."nodes";

-- sequence of data_sources
select (coalesce(max(id), 0) >= coalesce((
    select case when s.last_value is null then s.start_value else s.last_value + 1 end
    from pg_sequences s
    where format('%I.%I', s.schemaname, s.sequencename)
      = pg_get_serial_sequence('"public"."data_sources"', 'id')), 1))::int as count,
  max(id)::text as example
from "public"."data_sources";

-- sequence of assets
select (coalesce(max(id), 0) >= coalesce((
    select case when s.last_value is null then s.start_value else s.last_value + 1 end
    from pg_sequences s
    where format('%I.%I', s.schemaname, s.sequencename)
      = pg_get_serial_sequence('"public"."assets"', 'id')), 1))::int as count,
  max(id)::text as example
from "public"."assets";

-- sequence of revisions
select (coalesce(max(id), 0) >= coalesce((
    select case when s.last_value is null then s.start_value else s.last_value + 1 end
    from pg_sequences s
    where format('%I.%I', s.schemaname, s.sequencename)
      = pg_get_serial_sequence('"public"."revisions"', 'id')), 1))::int as count,
  max(id)::text as example
from "public"."revisions";
