update "public"."nodes" n
set metadata = s.metadata, specs = s.specs, time_updated = $1::timestamp
from copycat_changed c
join copycat_stage s using (ordinal)
where n.id = c.id
