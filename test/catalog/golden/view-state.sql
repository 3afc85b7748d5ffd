select count(*)::float8 as entities, coalesce(max(id), 0) as "lastId", coalesce(max(time_updated)::text, '') as "lastUpdate"
from "public"."nodes" where parent = $1 and structure_family = 'container'
