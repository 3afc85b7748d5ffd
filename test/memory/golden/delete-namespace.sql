with deleted as (
  delete from "my ""memory"""."memory_entries" where namespace = $1 returning expires_at
)
select (count(*) filter (where (expires_at is null or expires_at > statement_timestamp())))::float8 as deleted from deleted