with nearest as (
  select id, 1 - (embedding operator("extensions".<=>) $1::"extensions".halfvec) as similarity
  from "my ""memory"""."memory_entries"
  where embedding is not null
    and (expires_at is null or expires_at > statement_timestamp())
    and namespace = $3
    and metadata @> $4::jsonb
    and tags @> $5::text[]
    and (namespace, key) <> ($6, $7)
  order by (embedding operator("extensions".<=>) $1::"extensions".halfvec) + 0, id
  limit $2
)
select e.namespace, e.key, e.value, e.metadata, e.tags, e.created_at as "createdAt", n.similarity
from nearest n join "my ""memory"""."memory_entries" e using (id)
where n.similarity <> 'NaN'
order by n.similarity desc, e.id