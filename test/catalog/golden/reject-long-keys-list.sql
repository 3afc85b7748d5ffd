select ordinal::text
from (select ordinal, metadata #> $1::text[] as value from copycat_stage
  where $2::text is null or parent_path = $2 offset 0) s
where pg_column_size(value) > $3 and not exists (select 1 from copycat_reject r where r.ordinal = s.ordinal)
