with refused as (
  insert into copycat_reject (ordinal, code, message)
  select ordinal, 'key_too_long', $4
  from (select ordinal, metadata #> $1::text[] as value from copycat_stage
    where $2::text is null or parent_path = $2 offset 0) s
  where pg_column_size(value) > $3 and not exists (select from copycat_reject r where r.ordinal = s.ordinal)
  returning 1)
select count(*)::int as count from refused
