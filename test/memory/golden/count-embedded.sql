select count(*)::int as rows from (
  select 1 from "my ""memory"""."memory_entries" where embedding is not null limit $1
) as embedded