create materialized view "copycat_views"."VDP" as
select n.id, n.key::text as key, '/VDP/'::text || n.key as path,
  case when jsonb_typeof(n.metadata -> 'bigint'::text) = 'number' then case when scale((n.metadata -> 'bigint'::text)::numeric) = 0 and (n.metadata -> 'bigint'::text)::numeric between -9223372036854775808 and 9223372036854775807 then (n.metadata -> 'bigint'::text)::numeric::bigint end end as "a ""bigint""",
  case when jsonb_typeof(n.metadata -> 'double precision'::text) = 'number' then case when length(n.metadata ->> 'double precision'::text) < 300 then (n.metadata ->> 'double precision'::text)::double precision end end as "a ""double precision""",
  case when jsonb_typeof(n.metadata -> 'numeric'::text) = 'number' then (n.metadata -> 'numeric'::text)::numeric end as "a ""numeric""",
  case when jsonb_typeof(n.metadata -> 'boolean'::text) = 'boolean' then (n.metadata -> 'boolean'::text)::boolean end as "a ""boolean""",
  case when jsonb_typeof(n.metadata -> 'text'::text) = 'string' then (n.metadata ->> 'text'::text) end as "a ""text""",
  nullif(n.metadata -> 'jsonb'::text, 'null'::jsonb) as "a ""jsonb""",
  n.time_created, n.time_updated
from (select id, key, metadata || '{}'::jsonb as metadata, time_created, time_updated
  from "public"."nodes" where parent = 17 and structure_family = 'container' offset 0) n
