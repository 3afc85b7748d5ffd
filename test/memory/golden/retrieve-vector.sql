select namespace, key, value, metadata, tags,
  created_at as "createdAt", updated_at as "updatedAt", expires_at as "expiresAt", embedding::text as embedding
from "my ""memory"""."memory_entries"
where namespace = $1 and key = $2 and (expires_at is null or expires_at > statement_timestamp())