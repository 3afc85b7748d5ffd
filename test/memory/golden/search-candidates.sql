select count(*)::int as rows from (
  select 1 from "my ""memory"""."memory_entries"
  where embedding is not null
    and (expires_at is null or expires_at > statement_timestamp())
    and namespace = $2
    and metadata @> $3::jsonb
    and tags @> $4::text[]
    and (namespace, key) <> ($5, $6)
  limit $1
) as candidate