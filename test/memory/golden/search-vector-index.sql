with nearest as (
  select id, 1 - (embedding operator("extensions".<=>) $1::"extensions".vector) as similarity
  from "my ""memory"""."memory_entries"
  where embedding is not null
    and (expires_at is null or expires_at > statement_timestamp())
  order by embedding operator("extensions".<=>) $1::"extensions".vector
  limit $2
)
select e.namespace, e.key, e.value, e.metadata, e.tags, e.created_at as "createdAt", n.similarity
from nearest n join "my ""memory"""."memory_entries" e using (id)
where n.similarity <> 'NaN'
order by n.similarity desc, e.id