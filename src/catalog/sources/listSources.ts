// The modalities of a catalog: which labels its entities carry, and what the metadata of each looks like.

import type { PoolClient } from "pg";
import { type Database, withReading } from "../../database/index.ts";
import { type CatalogNames, catalogNames } from "../tables.ts";
import { byName, type SourceFacts, SourceProfile } from "./sourceProfile.ts";
import { datasetLabelsSql, entitiesSql } from "./sql.ts";

export interface SourcesOptions {
  /** Schema of the catalog; default: the database's (`catalogSchema`). */
  schema?: string;
}

/**
 * Counts, keys, types and ranges by source, in one snapshot. The label of an entity is its metadata key `source`, else
 * that of its dataset; of a dataset its own `source`, else that of its first entity with one, else its key. Reads the metadata
 * of all entities, in flat memory.
 */
export async function listSources(database: Database, options: SourcesOptions = {}): Promise<SourceFacts[]> {
  const names = catalogNames(options.schema ?? database.catalogSchema);
  const profiles = await withReading(database, async (client) => {
    await client.query("set transaction isolation level repeatable read, read only");
    await client.query(
      "set local work_mem = '256MB'; set local jit = off; set local cursor_tuple_fraction = 1",
    );
    return readProfiles(client, names);
  });
  return Array.from(profiles, ([source, profile]) => profile.facts(source)).sort(byName("source"));
}

async function readProfiles(client: PoolClient, names: CatalogNames): Promise<Map<string, SourceProfile>> {
  const datasets = await client.query<{ id: number; label: string }>(datasetLabelsSql(names));
  const labels = new Map(datasets.rows.map(({ id, label }) => [id, label]));
  const profiles = new Map<string, SourceProfile>();
  const profileOf = (label: string): SourceProfile => {
    const profile = profiles.get(label) ?? new SourceProfile();
    profiles.set(label, profile);
    return profile;
  };
  for await (const { dataset, arrays, metadata } of readEntities(client, names)) {
    const parsed = metadata === null ? null : parseObject(metadata);
    const label = labelIn(parsed) ?? (dataset === null ? undefined : labels.get(dataset));
    // Of a node that no dataset holds.
    if (label === undefined) continue;
    const profile = profileOf(label);
    profile.addArrays(arrays);
    if (parsed !== null) profile.addEntity(parsed);
  }
  return profiles;
}

interface EntityRow {
  dataset: number | null;
  arrays: number;
  metadata: string | null;
}

const fetchRows = 1000;

async function* readEntities(client: PoolClient, names: CatalogNames): AsyncGenerator<EntityRow> {
  await client.query(`declare copycat_entities no scroll cursor for ${entitiesSql(names)}`);
  const fetch = () => client.query<EntityRow>(`fetch ${fetchRows} from copycat_entities`);
  let next = fetch();
  for (;;) {
    const { rows } = await next;
    if (rows.length === 0) return;
    // The server makes the next ones ready while these are looked at.
    next = fetch();
    next.catch(() => undefined);
    yield* rows;
  }
}

/** What a node's metadata always should be. */
function parseObject(text: string): Record<string, unknown> {
  return text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : {};
}

function labelIn(metadata: Record<string, unknown> | null): string | undefined {
  const label = metadata?.source;
  return typeof label === "string" ? label : undefined;
}
