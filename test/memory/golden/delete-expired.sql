with deleted as (
  delete from "my ""memory"""."memory_entries" where expires_at <= statement_timestamp() returning 1
)
select count(*)::float8 as deleted from deleted