insert into "my ""memory"""."memory_entries" as target ("namespace", "key", "value", "embedding", "metadata", "tags", "created_at", "updated_at", "expires_at")
values ($1::varchar(255), $2::varchar(255), $3::text, $4::real[], $5::jsonb, $6::text[], $7::timestamptz, $8::timestamptz, $9::timestamptz)
on conflict (namespace, key) do update
set "value" = excluded."value", "embedding" = case when target.expires_at <= statement_timestamp() then excluded."embedding" else coalesce(excluded."embedding", target."embedding") end, "metadata" = excluded."metadata", "tags" = excluded."tags", "expires_at" = excluded."expires_at", "updated_at" = excluded."updated_at",
  created_at = case when target.expires_at <= statement_timestamp() then excluded.created_at else target.created_at end
where (target."value" is distinct from excluded."value")
  or (target."metadata" is distinct from excluded."metadata")
  or (target."tags" is distinct from excluded."tags")
  or (target."expires_at" is distinct from excluded."expires_at")
  or (target.embedding is distinct from coalesce(excluded.embedding, target.embedding))
  or (target.expires_at <= statement_timestamp())
returning xmax = 0 or created_at = updated_at as is_new