select s.copycat_position::float8 as position, row_to_json(copycat_row)::text as record
from (select * from "copycat_staging_1" where ctid >= $1::tid and ctid < $2::tid) as s
cross join lateral (select "id", "Key", "mood", "body", "embedding"::text::json as "embedding", "uses", "updated_at") as copycat_row
order by s.copycat_position