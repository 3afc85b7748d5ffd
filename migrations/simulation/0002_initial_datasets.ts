// How all entities of a dataset begin: as arrays, or as a document in chunks.

import { type Kysely, type Migration, sql } from "kysely";
import { arrayColumns, type SimulationMigrationOptions, setArrayStorage, tableName } from "./options.ts";

export function initialDatasets(options: SimulationMigrationOptions): Migration {
  const table = (name: string) => tableName(options, name);
  return {
    up: async (db: Kysely<unknown>) => {
      await sql`
        create table ${table("initial_dataset")} (
          dataset_id integer constraint initial_dataset_pkey primary key
            constraint initial_dataset_dataset references ${table("dataset")} on delete cascade,
          format text not null constraint initial_dataset_format_known
            check (format in ('entity_based', 'unstructured', 'binary')),
          metadata json not null default '{}',
          data_key text not null,
          bytes bigint not null,
          checksum bigint not null
        )`.execute(db);
      // A value of bytea is 1 GB at most, and is in memory whole wherever it passes.
      await sql`
        create table ${table("initial_chunk")} (
          dataset_id integer not null
            constraint initial_chunk_dataset references ${table("initial_dataset")} on delete cascade,
          sequence integer not null,
          bytes bytea not null,
          constraint initial_chunk_pkey primary key (dataset_id, sequence)
        )`.execute(db);
      await sql`
        create table ${table("initial_array")} (
          dataset_id integer not null
            constraint initial_array_dataset references ${table("initial_dataset")} on delete cascade,
          attribute_id integer not null,
          ${arrayColumns},
          constraint initial_array_pkey primary key (dataset_id, attribute_id)
        )`.execute(db);
      await setArrayStorage(db, options, { table: "initial_array", owner: "dataset_id" });
    },
  };
}
