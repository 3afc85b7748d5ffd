select namespace, count(*)::float8 as entries, count(embedding)::float8 as embedded, max(updated_at) as "updatedAt"
from "my ""memory"""."memory_entries"
where (expires_at is null or expires_at > statement_timestamp())
group by namespace
order by namespace