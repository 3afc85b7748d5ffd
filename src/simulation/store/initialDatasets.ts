// Initial datasets: arrays as those of updates, or a document in chunks.

import { crc32 } from "node:zlib";
import type { PoolClient } from "pg";
import { type MergePolicy, mergePolicies } from "../../bulk/index.ts";
import { type Database, withRetry, withTransaction } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import type { InitialDataset } from "../types.ts";
import { type CheckedArray, checkArrays, checkName } from "./checkUpdate.ts";
import { copyArrays } from "./copyRows.ts";
import { type AttributeEntry, Dictionary, type DictionaryScope } from "./dictionary.ts";
import { lockScenario } from "./locks.ts";
import { namesOf, resolveArrays } from "./resolveUpdate.ts";
import { explainStoreError } from "./sqlErrors.ts";
import { storeArray } from "./storedArray.ts";
import { andShard, shardColumn, shardValue, type Tables } from "./tables.ts";

export interface StoreInitialOptions {
  /** What to do when the dataset has one already; default `error`. */
  policy?: MergePolicy;
  /** Bytes of a document in one row; default 8 MiB. */
  chunkBytes?: number;
  /** Told when another load has the scenario and is waited for, and by whom it is held. */
  onNotice?: (message: string) => void;
}

export type InitialOutcome = "inserted" | "updated" | "unchanged" | "skipped";

const defaultChunkBytes = 8 * 1024 * 1024;

/** @throws as `SimulationStore.storeInitialDataset` */
export async function storeInitialDataset(
  database: Database,
  scope: DictionaryScope,
  initial: InitialDataset,
  { policy = "error", chunkBytes = defaultChunkBytes, onNotice }: StoreInitialOptions = {},
): Promise<InitialOutcome> {
  const arrays = checkInitial(initial);
  if (!mergePolicies.includes(policy) || !Number.isSafeInteger(chunkBytes) || chunkBytes < 1) {
    throw new CopycatError(
      "USAGE",
      `policy is ${policy}, chunkBytes ${chunkBytes}; use ${mergePolicies.join(", ")}, and at least 1.`,
    );
  }
  const work = (client: PoolClient) =>
    write(client, scope, { initial, arrays, policy, chunkBytes, onNotice });
  try {
    return await withRetry(() => withTransaction(database, work));
  } catch (error) {
    throw explainStoreError(error, `The initial dataset "${initial.name}" could not be stored`);
  }
}

/** @throws CopycatError INVALID_INPUT */
function checkInitial({ name, format, data, document }: InitialDataset): CheckedArray[] {
  checkName(name, "The name of the dataset");
  if (format === "entity_based") {
    if (data === null) throw refuse(`The initial dataset "${name}" is entity_based and has no data`);
    return checkArrays(data).arrays;
  }
  if (format !== "unstructured" && format !== "binary") {
    throw refuse(
      `The initial dataset "${name}" is ${String(format)}; use entity_based, unstructured or binary`,
    );
  }
  if (!(document instanceof Uint8Array)) {
    throw refuse(`The initial dataset "${name}" is ${format} and must come as bytes`);
  }
  return [];
}

function refuse(what: string): CopycatError {
  return new CopycatError("INVALID_INPUT", `${what}. Nothing was stored.`);
}

interface Job {
  initial: InitialDataset;
  arrays: CheckedArray[];
  policy: MergePolicy;
  chunkBytes: number;
  onNotice: ((message: string) => void) | undefined;
}

async function write(client: PoolClient, scope: DictionaryScope, job: Job): Promise<InitialOutcome> {
  const { tables } = scope;
  const { initial, policy } = job;
  await lockScenario(client, scope, "shared", job.onNotice);
  const dictionary = new Dictionary(scope);
  await dictionary.ensure(client, namesOf(initial.name, job.arrays));
  const datasetId = dictionary.get(initial.name)?.id as number;
  await resolve(client, dictionary, job);
  const stored = job.arrays.map(({ attributeId, array, facts }) => ({
    owner: datasetId,
    attributeId,
    array: storeArray(array, facts),
  }));
  const document = initial.document ?? new Uint8Array();
  const bytes =
    initial.format === "entity_based"
      ? stored.reduce((sum, { array }) => sum + array.data.length + (array.rowPtr?.length ?? 0), 0)
      : document.length;
  const checksum = stored.reduce(
    (sum, { attributeId, array }) =>
      crc32(`${attributeId}:${array.dtype}:${array.shape}:${array.checksum}`, sum),
    crc32(document),
  );
  const head = [
    datasetId,
    initial.format,
    JSON.stringify(initial.metadata),
    initial.dataKey,
    bytes,
    checksum,
  ];
  const outcome = await writeHead(client, tables, { head, policy, name: initial.name });
  if (outcome === "skipped" || outcome === "unchanged") return outcome;
  await copyArrays(client, { tables, table: "initial_array" }, stored);
  await writeChunks(client, tables, { datasetId, document, chunkBytes: job.chunkBytes });
  return outcome;
}

async function resolve(client: PoolClient, dictionary: Dictionary, { initial, arrays }: Job): Promise<void> {
  for (let attempt = 1; attempt <= 10; attempt++) {
    const learnt = new Set<AttributeEntry>();
    resolveArrays(dictionary, initial.name, arrays, learnt);
    if (await dictionary.learn(client, learnt)) return;
    await dictionary.read(client, [initial.name]);
  }
  throw new CopycatError(
    "DATABASE",
    "Others kept changing the types of attributes. Store the dataset again.",
  );
}

async function writeHead(
  client: PoolClient,
  tables: Tables,
  { head, policy, name }: { head: unknown[]; policy: MergePolicy; name: string },
): Promise<InitialOutcome> {
  const { initial } = tables.into;
  const only = andShard(tables);
  const insert = `insert into ${initial} (${shardColumn(tables)}dataset_id, format, metadata, data_key, bytes, checksum)
    values (${shardValue(tables)}$1, $2, $3, $4, $5, $6) on conflict on constraint initial_dataset_pkey do nothing returning dataset_id`;
  const { rows } = await client.query(insert, head);
  if (rows.length > 0) return "inserted";
  if (policy === "skip") return "skipped";
  if (policy === "error") {
    throw new CopycatError(
      "CONFLICT",
      `The dataset "${name}" has an initial dataset already. Nothing was changed. The policies skip and update leave it, or replace it.`,
    );
  }
  const { rows: same } = await client.query(
    `select 1 from ${initial} where dataset_id = $1 and format = $2 and metadata::text = $3 and data_key = $4
      and bytes = $5 and checksum = $6${only} for update`,
    head,
  );
  if (same.length > 0) return "unchanged";
  // Its arrays or chunks go with it.
  await client.query(`delete from ${initial} where dataset_id = $1${only}`, [head[0]]);
  await client.query(insert, head);
  return "updated";
}

async function writeChunks(
  client: PoolClient,
  tables: Tables,
  { datasetId, document, chunkBytes }: { datasetId: number; document: Uint8Array; chunkBytes: number },
): Promise<void> {
  const insert = `insert into ${tables.into.initialChunk} (${shardColumn(tables)}dataset_id, sequence, bytes)
    values (${shardValue(tables)}$1, $2, $3)`;
  for (let start = 0, sequence = 0; start < document.length; start += chunkBytes, sequence++) {
    const chunk = document.subarray(start, start + chunkBytes);
    await client.query(insert, [
      datasetId,
      sequence,
      Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength),
    ]);
  }
}
