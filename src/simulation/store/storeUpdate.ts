// One update, stored at once.

import type { PoolClient } from "pg";
import { type MergePolicy, mergePolicies } from "../../bulk/index.ts";
import { type Database, queryPrepared, withRetry, withTransaction } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import { BatchWriter, conflict } from "./batchWriter.ts";
import { type CheckedUpdate, checkUpdate, type UpdateInput } from "./checkUpdate.ts";
import { type AttributeEntry, Dictionary, type DictionaryScope } from "./dictionary.ts";
import { IdRanges } from "./idRanges.ts";
import { lockScenario } from "./locks.ts";
import { namesOf, resolveArrays } from "./resolveUpdate.ts";
import { explainStoreError, isDatasetGone } from "./sqlErrors.ts";
import { arrayColumns, storeArray } from "./storedArray.ts";
import { shardColumn, shardValue, type Tables } from "./tables.ts";

export interface StoredOutcome {
  id: number;
  outcome: "inserted" | "updated" | "unchanged" | "skipped";
}

/** @param dictionary what transactions that have committed know; shared by all calls */
export async function storeUpdate(
  database: Database,
  { dictionary, ...scope }: DictionaryScope & { dictionary: Dictionary },
  input: UpdateInput,
  policy: MergePolicy = "error",
): Promise<StoredOutcome> {
  if (!mergePolicies.includes(policy)) {
    throw new CopycatError("USAGE", `Unknown policy "${policy}"; use ${mergePolicies.join(", ")}.`);
  }
  const update = checkUpdate(input, 0);
  try {
    const id = await withRetry(() => storeKnown(database, scope.tables, dictionary, update));
    if (id !== null) return { id, outcome: "inserted" };
    return await withRetry(() => storeAnyway(database, { dictionary, ...scope }, update, policy));
  } catch (error) {
    throw explainStoreError(error, "The update could not be stored");
  }
}

/** A statement has 65,535 parameters at most, and eleven for each array. */
const mostArrays = 5000;

/** In one statement, when all names and types are known and the key is free; else null, with nothing changed. */
async function storeKnown(
  database: Database,
  tables: Tables,
  dictionary: Dictionary,
  update: CheckedUpdate,
): Promise<number | null> {
  const dataset = dictionary.get(update.dataset);
  if (update.arrays.length > mostArrays) return null;
  if (dataset === undefined || !areKnown(dictionary, update)) return null;
  if (!resolveKnown(dictionary, update)) return null;
  update.datasetId = dataset.id;
  try {
    return await insertOne(database, tables, update);
  } catch (error) {
    if (!isDatasetGone(error)) throw error;
    dictionary.forget();
    return null;
  }
}

/** False, with nothing remembered, when there is something to learn, or when what is remembered may be wrong by now. */
function resolveKnown(dictionary: Dictionary, { dataset, arrays }: CheckedUpdate): boolean {
  const learnt = new Set<AttributeEntry>();
  try {
    resolveArrays(dictionary, dataset, arrays, learnt);
    if (learnt.size === 0) return true;
  } catch (error) {
    if (!(error instanceof CopycatError)) throw error;
  }
  dictionary.forget();
  return false;
}

function areKnown(dictionary: Dictionary, { dataset, arrays }: CheckedUpdate): boolean {
  return arrays.every(
    ({ group, attribute }) => dictionary.attribute(dataset, group, attribute) !== undefined,
  );
}

/** Statements by their count of arrays, since the text of one is that of all like it. */
async function insertOne(
  database: Database,
  tables: Tables,
  { datasetId, timestamp, iteration, origin, arrays }: CheckedUpdate,
): Promise<number | null> {
  const values: unknown[] = [datasetId, timestamp, iteration, origin];
  for (const { attributeId, array, facts } of arrays) {
    const stored = storeArray(array, facts);
    const { dtype, shape, data, compression, rowPtrDtype, rowPtr, rowPtrCompression, min, max, checksum } =
      stored;
    values.push(attributeId, dtype, shape, data, compression, rowPtrDtype, rowPtr, rowPtrCompression);
    values.push(min, max, checksum);
  }
  // Where it cannot be prepared it was not run, so that sending it again stores it once.
  const rows = await queryPrepared<{ id: string }>(database, insertSql(tables, arrays.length), values);
  return rows[0] === undefined ? null : Number(rows[0].id);
}

const arrayTypes = [
  "int",
  "text",
  "int[]",
  "bytea",
  "text",
  "text",
  "bytea",
  "text",
  "float8",
  "float8",
  "bigint",
];

function insertSql(tables: Tables, arrays: number): string {
  const { update, updateArray } = tables.into;
  const insert = `insert into ${update} (${shardColumn(tables)}dataset_id, timestamp, iteration, origin)
    values (${shardValue(tables)}$1, $2, $3, $4)
    on conflict on constraint update_once do nothing returning id`;
  if (arrays === 0) return insert;
  const row = (index: number): string => {
    const place = 5 + index * arrayTypes.length;
    return `(${arrayTypes.map((type, column) => `$${place + column}::${type}`).join(", ")})`;
  };
  const columns = ["attribute_id", ...arrayColumns].join(", ");
  return `with new_update as (${insert}), new_arrays as (
      insert into ${updateArray} (${shardColumn(tables)}update_id, ${columns})
        select ${shardValue(tables)}new_update.id, v.* from new_update cross join (values ${Array.from({ length: arrays }, (_, index) => row(index)).join(", ")}) v
    ) select id from new_update`;
}

/** In a transaction of several statements: names are made, types learnt, the update that is there looked at. */
async function storeAnyway(
  database: Database,
  { dictionary, ...scope }: DictionaryScope & { dictionary: Dictionary },
  update: CheckedUpdate,
  policy: MergePolicy,
): Promise<StoredOutcome> {
  const own = new Dictionary(scope);
  const outcome = await withTransaction(database, async (client) => {
    await lockScenario(client, scope, "shared");
    await resolveOne(client, own, update);
    const writer = new BatchWriter(client, { tables: scope.tables, policy, own: new IdRanges() });
    const { counts, stored } = await writer.write([update]);
    const id = stored[0]?.id ?? (await idOf(client, scope.tables, update));
    if (counts.inserted > 0) return { id, outcome: "inserted" } as const;
    if (counts.updated > 0) return { id, outcome: "updated" } as const;
    return { id, outcome: counts.skipped > 0 ? "skipped" : "unchanged" } as const;
  });
  const entry = own.get(update.dataset);
  if (entry !== undefined) dictionary.adopt(entry);
  return outcome;
}

async function resolveOne(client: PoolClient, dictionary: Dictionary, update: CheckedUpdate): Promise<void> {
  await dictionary.ensure(client, namesOf(update.dataset, update.arrays));
  for (let attempt = 1; attempt <= 10; attempt++) {
    const learnt = new Set<AttributeEntry>();
    resolveArrays(dictionary, update.dataset, update.arrays, learnt);
    update.datasetId = dictionary.get(update.dataset)?.id as number;
    if (await dictionary.learn(client, learnt)) return;
    await dictionary.read(client, [update.dataset]);
  }
  throw new CopycatError("DATABASE", "Others kept changing the types of attributes. Store the update again.");
}

async function idOf(client: PoolClient, tables: Tables, update: CheckedUpdate): Promise<number> {
  const { rows } = await client.query<{ id: string }>(
    `select id from ${tables.update} u where dataset_id = $1 and timestamp = $2 and iteration = $3`,
    [update.datasetId, update.timestamp, update.iteration],
  );
  if (rows[0] === undefined) throw conflict(update, "was taken away meanwhile");
  return Number(rows[0].id);
}
