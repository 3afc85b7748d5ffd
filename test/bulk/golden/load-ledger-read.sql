select lane, lanes, target, policy, position::float8 as position, finished_at is not null as finished
from copycat.bulk_load where load_id = $1 order by lane