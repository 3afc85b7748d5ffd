with deleted as (
  delete from "my ""memory"""."memory_entries" where namespace = $1 and key = $2 returning expires_at
)
select (expires_at is null or expires_at > statement_timestamp()) as visible from deleted