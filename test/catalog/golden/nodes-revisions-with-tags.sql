insert into "public"."revisions"
  (node_id, revision_number, metadata, specs, time_created, time_updated)
select n.id, 1 + coalesce((select max(v.revision_number) from "public"."revisions" v where v.node_id = n.id), 0),
  n.metadata, n.specs, $1::timestamp, $1::timestamp
from copycat_changed c
join "public"."nodes" n on n.id = c.id
order by n.id
