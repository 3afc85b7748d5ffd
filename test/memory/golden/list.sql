select namespace, key, value, metadata, tags,
  created_at as "createdAt", updated_at as "updatedAt", expires_at as "expiresAt", created_at::text || '|' || id as place
from "my ""memory"""."memory_entries"
where (expires_at is null or expires_at > statement_timestamp())
order by created_at desc, id desc
limit $1 offset $2