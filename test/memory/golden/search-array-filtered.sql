with nearest as (
  select id, s.dot / nullif(sqrt(s.own) * $3::float8, 0) as similarity
  from "my ""memory"""."memory_entries" e
  cross join lateral (
    select sum(a * b) as dot, sum(a * a) as own
    from (select unnest(e.embedding::float8[]) as a, unnest($1::float8[]) as b) as pair
  ) as s
  where embedding is not null
    and (expires_at is null or expires_at > statement_timestamp())
    and namespace = $4
    and metadata @> $5::jsonb
    and tags @> $6::text[]
    and (namespace, key) <> ($7, $8)
  order by similarity desc nulls last, id
  limit $2
)
select e.namespace, e.key, e.value, e.metadata, e.tags, e.created_at as "createdAt", n.similarity
from nearest n join "my ""memory"""."memory_entries" e using (id)
where n.similarity <> 'NaN'
order by n.similarity desc, e.id