select count(*)::int as rows from (
  select from "my ""memory"""."memory_entries" where embedding is not null limit $1
) as embedded