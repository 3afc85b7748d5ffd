// What the migrations of the memory store are made for.

import { type Kysely, type RawBuilder, sql } from "kysely";

export interface MemoryMigrationOptions {
  /** Where the tables live. */
  schema: string;
  /** Type of the embeddings as SQL writes it: `vector(384)`, `"extensions".halfvec(1024)`, `real[]`. */
  embedding: string;
  /** Numbers in an embedding. `real[]` takes any, so its tables check it. */
  dimensions: number;
  /** The tables are to lie in shards, on the servers of a Citus cluster. */
  isDistributed: boolean;
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

/**
 * The primary key. Every unique key of a distributed table holds the column that tells its shard, so there the id stands
 * behind it; it comes from one sequence all the same.
 */
export function primaryKey(
  { isDistributed }: MemoryMigrationOptions,
  table: string,
  column: string,
): RawBuilder<unknown> {
  const columns = isDistributed ? [column, "id"] : ["id"];
  return sql`constraint ${sql.id(`${table}_pkey`)} primary key (${sql.join(columns.map((name) => sql.ref(name)))})`;
}

/**
 * Rows with the same value of `column` lie in one shard, whatever the other tables do: nothing joins them.
 *
 * A table that nobody has filled yet, in the transaction that makes it.
 */
export async function distribute(
  db: Kysely<unknown>,
  options: MemoryMigrationOptions,
  { table, column }: { table: string; column: string },
): Promise<void> {
  if (!options.isDistributed) return;
  const name = tableName(options, table).compile(db).sql;
  await sql`select create_distributed_table(${name}::regclass, ${column}, colocate_with => 'none')`.execute(
    db,
  );
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
