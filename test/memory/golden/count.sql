select count(*)::float8 as count from "my ""memory"""."memory_entries"
where ($1::text is null or namespace = $1) and (expires_at is null or expires_at > statement_timestamp())