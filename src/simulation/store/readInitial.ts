// Initial datasets out of the store.

import { crc32 } from "node:zlib";
import type { PoolClient } from "pg";
import { type Database, wrapDatabaseError } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import type { EntityData, InitialDataset, InitialFormat, JsonObject, SimulationArray } from "../types.ts";
import { copyOut, selectArray } from "./copyOut.ts";
import { type AttributeEntry, type DictionaryScope, readDictionary } from "./dictionary.ts";
import { withOneView } from "./oneView.ts";
import { restoreArray } from "./storedArray.ts";
import type { Tables } from "./tables.ts";

interface Head {
  id: number;
  format: InitialFormat;
  metadata: string;
  data_key: string;
  checksum: string;
}

/** @throws CopycatError INVALID_INPUT when what is stored is damaged, CONNECTION, DATABASE */
export async function readInitialDataset(
  database: Database,
  scope: DictionaryScope,
  name: string,
): Promise<InitialDataset | null> {
  try {
    return await withOneView(database, (client) => read(client, scope, name));
  } catch (error) {
    throw wrapDatabaseError(error, `The initial dataset "${name}" could not be read`);
  }
}

async function read(
  client: PoolClient,
  scope: DictionaryScope,
  name: string,
): Promise<InitialDataset | null> {
  const { tables, scenarioId } = scope;
  const { rows } = await client.query<Head>(
    `select d.id, i.format, i.metadata::text, i.data_key, i.checksum
      from ${tables.dataset} d join ${tables.initial} i on i.dataset_id = d.id
      where d.scenario_id = $1 and d.name = $2`,
    [scenarioId, name],
  );
  const head = rows[0];
  if (head === undefined) return null;
  const initial = {
    name,
    format: head.format,
    metadata: JSON.parse(head.metadata) as JsonObject,
    dataKey: head.data_key,
  };
  if (head.format === "entity_based") {
    return { ...initial, data: await readArrays(client, scope, { id: head.id, name }), document: null };
  }
  const document = await readChunks(client, tables, head.id);
  if (crc32(document) !== Number(head.checksum)) {
    throw new CopycatError(
      "INVALID_INPUT",
      `The initial dataset "${name}" cannot be read: its bytes were changed.`,
    );
  }
  return { ...initial, data: null, document };
}

async function readArrays(
  client: PoolClient,
  scope: DictionaryScope,
  { id, name }: { id: number; name: string },
): Promise<EntityData> {
  const dataset = (await readDictionary(client, scope, [name])).get(name);
  const entries = new Map<number, AttributeEntry>();
  for (const group of dataset?.groups.values() ?? []) {
    for (const entry of group.attributes.values()) entries.set(entry.id, entry);
  }
  const rows = await copyOut(
    client,
    `select a.attribute_id, ${selectArray("a")} from ${scope.tables.initialArray} a
      where a.dataset_id = ${Number(id)} order by a.attribute_id`,
  );
  const data = new Map<string, Map<string, SimulationArray>>();
  while (rows.next()) {
    const entry = entries.get(rows.int32() as number);
    const stored = rows.array();
    if (entry === undefined || stored === null) continue;
    const place = (): string => `${entry.group.name}.${entry.name} in the initial dataset "${name}"`;
    const attributes = data.get(entry.group.name) ?? new Map<string, SimulationArray>();
    data.set(entry.group.name, attributes.set(entry.name, restoreArray(stored, place)));
  }
  return data;
}

async function readChunks(client: PoolClient, { initialChunk }: Tables, id: number): Promise<Buffer> {
  const rows = await copyOut(
    client,
    `select bytes from ${initialChunk} c where dataset_id = ${Number(id)} order by sequence`,
  );
  const chunks: Buffer[] = [];
  while (rows.next()) chunks.push(rows.bytes() as Buffer);
  return Buffer.concat(chunks);
}
