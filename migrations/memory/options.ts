// What the migrations of the memory store are made for.

import { type RawBuilder, sql } from "kysely";

export interface MemoryMigrationOptions {
  /** Where the tables live. */
  schema: string;
  /** Type of the embeddings as SQL writes it: `vector(384)`, `"extensions".halfvec(1024)`, `real[]`. */
  embedding: string;
  /** Numbers in an embedding. `real[]` takes any, so its tables check it. */
  dimensions: number;
}

/**
 * 384 floats are 1.5 kB that no compressor makes smaller. `external` moves them out of the row when it is longer than
 * 2 kB and spares the attempt to compress; it is what pgvector's own types have by default.
 */
const embeddingStorage = "external";

/** The name of a table, qualified. */
export function tableName(options: MemoryMigrationOptions, table: string): RawBuilder<unknown> {
  return sql.id(options.schema, table);
}

/** The column, with a check on its length where the type has none. */
export function embeddingColumn(
  { embedding, dimensions }: MemoryMigrationOptions,
  table: string,
): RawBuilder<unknown> {
  const column = sql`embedding ${sql.raw(embedding)}`;
  if (!embedding.endsWith("[]")) return column;
  return sql`${column} constraint ${sql.id(`${table}_embedding_dimensions`)}
        check (array_ndims(embedding) = 1 and cardinality(embedding) = ${sql.lit(dimensions)})`;
}

/**
 * Storage as above; and no statistics, which ANALYZE would gather from each number of a `real[]`: 2 s for 10,000 rows of
 * 384, of which no plan has any use.
 */
export function setEmbeddingStorage(options: MemoryMigrationOptions, table: string): RawBuilder<unknown> {
  return sql`
    alter table ${tableName(options, table)} alter column embedding set storage ${sql.raw(embeddingStorage)},
      alter column embedding set statistics 0`;
}
