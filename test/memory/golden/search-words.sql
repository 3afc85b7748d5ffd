select namespace, key, value, metadata, tags, created_at as "createdAt"
from "my ""memory"""."memory_entries"
where (value ilike $2 or key ilike $2)
  and (value ilike $3 or key ilike $3)
  and (expires_at is null or expires_at > statement_timestamp())
  and namespace = $4
  and metadata @> $5::jsonb
  and tags @> $6::text[]
order by created_at desc, id desc
limit $1