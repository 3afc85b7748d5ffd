// The modalities of a catalog: which labels its entities carry, and what the metadata of each looks like.

import type { PoolClient } from "pg";
import { type Database, withRollback } from "../../database/index.ts";
import { catalogNames } from "../tables.ts";
import { countSourcesSql, profileSourcesSql } from "./sql.ts";

export interface SourceKey {
  key: string;
  /** Entities with the key, by JSON type of the value. */
  types: Partial<Record<"number" | "string" | "boolean" | "null" | "array" | "object", number>>;
  /** Entities with the key, and their share of all entities of the source. */
  present: number;
  presence: number;
  /** Different numbers, strings and booleans. */
  distinct: number;
  /** Of the numbers; null without any. */
  min: number | null;
  max: number | null;
}

export interface SourceFacts {
  source: string;
  /** Containers below a dataset, at any depth. */
  entities: number;
  /** Nodes with data. */
  arrays: number;
  keys: SourceKey[];
}

export interface SourcesOptions {
  /** Schema of the catalog; default `public`. */
  schema?: string;
}

/**
 * Counts, keys, types and ranges by source, in one snapshot. The label of an entity is its metadata key `source`, else
 * that of its dataset; of a dataset its own `source`, else that of its first entity, else its key. Reads all entities:
 * some seconds for 100,000.
 */
export async function listSources(database: Database, options: SourcesOptions = {}): Promise<SourceFacts[]> {
  const names = catalogNames(options.schema ?? "public");
  return withRollback(database, async (client) => {
    await client.query("set transaction isolation level repeatable read, read only");
    // Memoize would keep every metadata it meets, and meet each once.
    await client.query("set local work_mem = '256MB'; set local jit = off; set local enable_memoize = off");
    const { rows } = await client.query<Omit<SourceFacts, "keys">>(countSourcesSql(names));
    const keys = await readKeys(client, profileSourcesSql(names));
    return rows.map((facts) => ({
      ...facts,
      keys: (keys.get(facts.source) ?? []).map((key) => ({ ...key, presence: key.present / facts.entities })),
    }));
  });
}

interface Row extends Omit<SourceKey, "presence" | "types" | "min" | "max"> {
  source: string;
  types: SourceKey["types"];
  min: string | null;
  max: string | null;
}

async function readKeys(
  client: PoolClient,
  text: string,
): Promise<Map<string, Omit<SourceKey, "presence">[]>> {
  const { rows } = await client.query<Row>(text);
  const bySource = new Map<string, Omit<SourceKey, "presence">[]>();
  for (const { source, min, max, ...row } of rows) {
    const keys = bySource.get(source) ?? [];
    if (keys.length === 0) bySource.set(source, keys);
    keys.push({ ...row, min: min === null ? null : Number(min), max: max === null ? null : Number(max) });
  }
  return bySource;
}
