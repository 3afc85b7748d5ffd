create index if not exists "memory_entries_embedding_hnsw"
  on "my ""memory"""."memory_entries" using hnsw (embedding "extensions"."vector_cosine_ops")