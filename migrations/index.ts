// All migrations, oldest first. Append-only: one that has been released is never edited.

import { type Kysely, type Migration, sql } from "kysely";
import { up as nodes } from "./0001_nodes.ts";
import { up as dataSources } from "./0002_data_sources.ts";
import { up as webhooks } from "./0003_webhooks.ts";
import { up as graph } from "./0004_graph.ts";
import { up as stamp } from "./0005_stamp.ts";
import { type InSchema, inSchema } from "./stamp.ts";

export interface CatalogMigrationOptions {
  /** Where the tables live; one that is not there is made. */
  schema: string;
  /** Statements before each of them, in its transaction: what a distributed schema asks for. */
  settings?: readonly string[];
}

/** Of Tiled's own schema. */
export const migrations: Record<string, Migration> = catalogMigrations({ schema: "public" });

export function catalogMigrations({
  schema,
  settings = [],
}: CatalogMigrationOptions): Record<string, Migration> {
  const at = inSchema(schema);
  const inOrder: Record<string, (db: Kysely<unknown>, at: InSchema) => Promise<void>> = {
    "0001_nodes": nodes,
    "0002_data_sources": dataSources,
    "0003_webhooks": webhooks,
    "0004_graph": graph,
    "0005_stamp": stamp,
  };
  const prepare = async (db: Kysely<unknown>): Promise<void> => {
    for (const setting of settings) await sql.raw(setting).execute(db);
    if (schema !== "public") await sql`create schema if not exists ${sql.id(schema)}`.execute(db);
  };
  return Object.fromEntries(
    Object.entries(inOrder).map(([name, up]) => [
      name,
      {
        up: async (db: Kysely<unknown>) => {
          await prepare(db);
          await up(db, at);
        },
      },
    ]),
  );
}
