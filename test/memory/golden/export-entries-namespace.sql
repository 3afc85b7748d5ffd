select to_json("namespace")::text as "namespace",
  to_json("key")::text as "key",
  to_json("value")::text as "value",
  "embedding"::text as "embedding",
  "metadata"::text as "metadata",
  to_json("tags")::text as "tags",
  '"' || to_char("created_at" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"' as "created_at",
  '"' || to_char("updated_at" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"' as "updated_at",
  '"' || to_char("expires_at" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"' as "expires_at"
from "my ""memory"""."memory_entries"
where namespace = $1 and (expires_at is null or expires_at > statement_timestamp())
order by id