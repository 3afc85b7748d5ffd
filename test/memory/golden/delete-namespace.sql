with deleted as (
  delete from "my ""memory"""."memory_entries" where namespace = $1 returning (expires_at is null or expires_at > statement_timestamp()) as visible
)
select (count(*) filter (where visible))::float8 as deleted from deleted