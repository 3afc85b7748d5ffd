create index concurrently if not exists "memory_entries_embedding_hnsw"
  on "my ""memory"""."memory_entries" using hnsw (embedding "extensions"."halfvec_cosine_ops")
  with (m = 32, ef_construction = 200)