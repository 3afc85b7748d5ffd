// Updates out of the store, a page at a time: no connection is held while the reader works on a page.

import type { PoolClient } from "pg";
import { type Database, wrapDatabaseError } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import type { SimulationArray, SimulationUpdate, UpdateKey, UpdateQuery } from "../types.ts";
import { copyOut, type RowReader, selectArray } from "./copyOut.ts";
import {
  type AttributeEntry,
  type DatasetEntry,
  type DictionaryScope,
  readDictionary,
} from "./dictionary.ts";
import { type FoundArray, SharedReader } from "./sharedReader.ts";
import { restoreArray, type StoredArray } from "./storedArray.ts";
import type { Tables } from "./tables.ts";

/** Pages begin small, for reads of a moment, and grow to about so many bytes. */
const pageBytes = 8 * 1024 * 1024;
const firstPage = 64;
const largestPage = 4096;

/** An update as it is stored, for what needs its id. */
export interface NumberedUpdate extends SimulationUpdate {
  id: number;
}

/** Runs something on a connection: one of the pool for each page, or that of a transaction. */
export type WithClient = <Result>(work: (client: PoolClient) => Promise<Result>) => Promise<Result>;

export function withPool({ pool }: Database): WithClient {
  return async (work) => {
    const client = await pool.connect();
    try {
      const result = await work(client);
      client.release();
      return result;
    } catch (error) {
      client.release(true);
      throw error;
    }
  };
}

/**
 * @param options.isAhead reads the next page while this one is worked on; not on the connection of a transaction
 * @throws CopycatError INVALID_INPUT for an array that is damaged, DATABASE, CONNECTION
 */
export async function* readUpdates(
  withClient: WithClient,
  scope: DictionaryScope,
  query: UpdateQuery,
  { isAhead = false }: { isAhead?: boolean } = {},
): AsyncGenerator<NumberedUpdate> {
  const { tables } = scope;
  const readNames = async () =>
    (await withClient((client) => readDictionary(client, scope, [query.dataset]))).get(query.dataset);
  let dataset = await readNames();
  if (dataset === undefined) return;
  let request: PageRequest = {
    dataset,
    wanted: choose(dataset, query),
    query,
    after: query.after,
    limit: firstPage,
  };
  const shared = new SharedReader(tables);
  let next: Promise<Page> | null = null;
  let isRenewed = false;
  for (;;) {
    const page: Page = await (next ?? readPage(withClient, shared, request));
    next = null;
    if (page.hasNewNames) {
      if (isRenewed) {
        throw new CopycatError(
          "INVALID_INPUT",
          `Updates of "${query.dataset}" have arrays of attributes that are not in the store any more.`,
        );
      }
      isRenewed = true;
      // Somebody stores meanwhile, and brought an attribute that was not there a moment ago.
      dataset = await readNames();
      if (dataset === undefined) return;
      request = { ...request, dataset, wanted: choose(dataset, query) };
      continue;
    }
    isRenewed = false;
    const isLast = page.scanned < request.limit;
    request = { ...request, after: page.last, limit: nextLimit(page, request.limit) };
    if (isAhead && !isLast) {
      next = readPage(withClient, shared, request);
      // Looked at when its turn comes, or never.
      next.catch(() => undefined);
    }
    yield* page.updates;
    if (isLast) return;
  }
}

function nextLimit({ bytes, scanned }: Page, limit: number): number {
  const each = Math.max(1, bytes / Math.max(1, scanned));
  return Math.max(1, Math.min(largestPage, limit * 8, Math.floor(pageBytes / each)));
}

interface Choice {
  /** By number: those that are read. */
  attributes: Map<number, AttributeEntry>;
  /** Of all that there are, so that the database need not be told which. */
  isAll: boolean;
  /** What an update, and a group of it, must have one of; `id` alone is not enough unless it is asked for. */
  isWanted(attribute: string): boolean;
}

function choose(dataset: DatasetEntry, { groups, attributes }: UpdateQuery): Choice {
  const chosen = new Map<number, AttributeEntry>();
  for (const group of dataset.groups.values()) {
    if (groups !== undefined && !groups.includes(group.name)) continue;
    for (const entry of group.attributes.values()) {
      if (attributes === undefined || entry.name === "id" || attributes.includes(entry.name)) {
        chosen.set(entry.id, entry);
      }
    }
  }
  return {
    attributes: chosen,
    isAll: groups === undefined && attributes === undefined,
    isWanted: (attribute) => attributes === undefined || attributes.includes(attribute),
  };
}

interface PageRequest {
  dataset: DatasetEntry;
  wanted: Choice;
  query: UpdateQuery;
  after: UpdateKey | undefined;
  limit: number;
}

interface Page {
  updates: NumberedUpdate[];
  /** Updates that were looked at. */
  scanned: number;
  last: UpdateKey;
  bytes: number;
  /** It has arrays of attributes that are not among the names. */
  hasNewNames: boolean;
}

async function readPage(withClient: WithClient, shared: SharedReader, request: PageRequest): Promise<Page> {
  try {
    return await withClient(async (client) => {
      const rows = scanPage(await copyOut(client, pageSql(shared.tables, request)));
      await shared.fetch(client, rows, request.dataset.name);
      return makePage(rows, shared, request);
    });
  } catch (error) {
    throw wrapDatabaseError(error, `The updates of "${request.dataset.name}" could not be read`);
  }
}

/** Numbers only, since COPY takes no parameters. */
function pageSql(tables: Tables, { dataset, wanted, query, after, limit }: PageRequest): string {
  const conditions = [`dataset_id = ${whole(dataset.id)}`];
  if (after !== undefined) {
    conditions.push(`(timestamp, iteration) > (${whole(after.timestamp)}, ${whole(after.iteration)})`);
  }
  // Windows may be open, and end between two whole numbers.
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = query;
  if (from > -Number.MAX_SAFE_INTEGER) conditions.push(`timestamp >= ${whole(Math.ceil(from))}`);
  if (to < Number.MAX_SAFE_INTEGER) conditions.push(`timestamp <= ${whole(Math.floor(to))}`);
  const ids = [...wanted.attributes.keys()].map(whole);
  const which = wanted.isAll ? "" : ` and a.attribute_id in (${ids.length === 0 ? "null" : ids.join(", ")})`;
  // The arrays of each update are looked up in the key, where they stand together. `offset 0` keeps the planner from joining
  // the other way round, by a scan of all arrays for each page; and what is in order needs no sort of megabytes.
  return `
    select u.id, u.timestamp, u.iteration, u.origin, u.shared_arrays, a.attribute_id, ${selectArray("a")}
    from (
      select id, timestamp, iteration, origin, shared_arrays from ${tables.update} u
      where ${conditions.join(" and ")} order by timestamp, iteration limit ${whole(limit)}
    ) u left join lateral (
      select * from ${tables.updateArray} a where a.update_id = u.id${which} offset 0
    ) a on true
    order by u.timestamp, u.iteration`;
}

function whole(value: number): number {
  if (Number.isSafeInteger(value)) return value;
  throw new CopycatError("USAGE", `${value} is no whole number; timestamps and iterations are.`);
}

type Groups = Map<string, Map<string, SimulationArray>>;

/** An update as its rows say. */
interface ScannedUpdate {
  id: number;
  timestamp: number;
  iteration: number;
  origin: string | null;
  shared: readonly number[];
  own: { attributeId: number; stored: StoredArray }[];
}

function scanPage(rows: RowReader): ScannedUpdate[] {
  const scanned: ScannedUpdate[] = [];
  while (rows.next()) {
    const id = rows.int64() as number;
    const timestamp = rows.int64() as number;
    const iteration = rows.int32() as number;
    const origin = rows.text();
    const shared = rows.int64s() ?? [];
    const attributeId = rows.int32();
    const stored = rows.array();
    let update = scanned.at(-1);
    if (update?.id !== id) {
      update = { id, timestamp, iteration, origin, shared, own: [] };
      scanned.push(update);
    }
    if (attributeId !== null && stored !== null) update.own.push({ attributeId, stored });
  }
  return scanned;
}

function makePage(
  scanned: readonly ScannedUpdate[],
  shared: SharedReader,
  { dataset, wanted }: PageRequest,
): Page {
  let bytes = 0;
  let hasNewNames = false;
  const all = scanned.map(({ id, timestamp, iteration, origin, shared: ids, own }) => {
    const update = { id, dataset: dataset.name, timestamp, iteration, origin, data: new Map() as Groups };
    const arrays: FoundArray[] = own.map(({ attributeId, stored }) => {
      bytes += stored.data.length;
      const entry = wanted.attributes.get(attributeId);
      return { attributeId, array: entry === undefined ? null : restore(stored, update, entry) };
    });
    for (const id of ids) {
      const found = shared.get(id);
      if (found === undefined) hasNewNames = true;
      else if (wanted.isAll || wanted.attributes.has(found.attributeId)) arrays.push(found);
    }
    // In the order in which the names came, as they stand in the key.
    if (ids.length > 0) arrays.sort((a, b) => a.attributeId - b.attributeId);
    for (const { attributeId, array } of arrays) {
      const entry = wanted.attributes.get(attributeId);
      if (entry === undefined || array === null) hasNewNames = true;
      else add(update.data, entry, array);
    }
    return update;
  });
  const last = scanned.at(-1) ?? { timestamp: 0, iteration: 0 };
  const updates = all.filter(({ data }) => wanted.isAll || leaveWanted(data, wanted));
  return { updates, scanned: scanned.length, last, bytes, hasNewNames };
}

function restore(
  stored: StoredArray,
  update: SimulationUpdate,
  { group, name }: AttributeEntry,
): SimulationArray {
  return restoreArray(
    stored,
    () =>
      `${group.name}.${name} in ${update.dataset} at timestamp ${update.timestamp}, iteration ${update.iteration}`,
  );
}

function add(data: Groups, { group, name }: AttributeEntry, array: SimulationArray): void {
  const attributes = data.get(group.name);
  if (attributes === undefined) data.set(group.name, new Map([[name, array]]));
  else attributes.set(name, array);
}

/** Groups with nothing of what was asked for are taken out; false when none is left. */
function leaveWanted(data: Groups, { isWanted }: Choice): boolean {
  for (const [group, attributes] of data) {
    if (![...attributes.keys()].some(isWanted)) data.delete(group);
  }
  return data.size > 0;
}
