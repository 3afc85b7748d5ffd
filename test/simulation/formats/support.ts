// Simulations as other programs write them, and what is in a source in a form that can be compared.

import { createRequire } from "node:module";
import { encodeArray, fromValues, toValues } from "../../../src/simulation/arrays/index.ts";
import type {
  EntityData,
  InitialDataset,
  SimulationArray,
  SimulationSource,
  SimulationUpdate,
} from "../../../src/simulation/types.ts";

type Sqlite = typeof import("node-sqlite3-wasm");
export const { Database } = createRequire(import.meta.url)("node-sqlite3-wasm") as Sqlite;

/** Values of attributes as JSON has them; arrays where their dtype matters. */
export type Groups = Record<string, Record<string, unknown[] | SimulationArray>>;

export interface SqliteUpdate {
  timestamp: number;
  iteration: number;
  dataset: string;
  origin?: string | null;
  data: Groups;
}

export interface SqliteInitial {
  name: string;
  format: string;
  document?: Uint8Array | null;
  data?: Groups;
}

export interface SqliteContents {
  updates?: readonly SqliteUpdate[];
  initials?: readonly SqliteInitial[];
  version?: string;
  /** Statements after all others. */
  finally?: string;
}

const tables = `
  create table metadata (id integer primary key autoincrement, version varchar(16) not null);
  create table numpy_array (id integer primary key autoincrement, dtype varchar(20) not null,
    shape varchar not null, data blob not null);
  create table "update" (id integer primary key autoincrement, timestamp integer not null, iteration integer not null,
    dataset_name varchar not null, origin varchar,
    constraint uq_update unique (timestamp, iteration, dataset_name));
  create index idx_update_time on "update" (timestamp, iteration);
  create index idx_update_dataset on "update" (dataset_name);
  create table attribute_data (id integer primary key autoincrement, entity_group varchar not null,
    attribute_name varchar not null, data_id integer not null, indptr_id integer, min_val float, max_val float);
  create table update_attribute (update_id integer not null, attribute_data_id integer not null,
    primary key (update_id, attribute_data_id));`;

const initialTables = `
  create table initial_dataset (id integer primary key autoincrement, dataset_name varchar not null unique,
    format varchar(12) not null, data blob);
  create table initial_dataset_attribute (initial_dataset_id integer not null, attribute_data_id integer not null,
    primary key (initial_dataset_id, attribute_data_id));`;

/** Writes a file of the schema v1; of its predecessors, without initial datasets, where `initials` is not given. */
export function writeSqlite(path: string, contents: SqliteContents): string {
  const database = new Database(path);
  try {
    database.exec(`begin; ${tables}${contents.initials === undefined ? "" : initialTables}`);
    if (contents.initials !== undefined) {
      database.run("insert into metadata (version) values (?)", [contents.version ?? "v1"]);
    }
    for (const update of contents.updates ?? []) insertUpdate(database, update);
    for (const initial of contents.initials ?? []) insertInitial(database, initial);
    database.exec("commit");
    if (contents.finally !== undefined) database.exec(contents.finally);
  } finally {
    database.close();
  }
  return path;
}

type OpenDatabase = InstanceType<Sqlite["Database"]>;

function insertUpdate(database: OpenDatabase, update: SqliteUpdate): void {
  const { timestamp, iteration, dataset, origin = null, data } = update;
  const { lastInsertRowid } = database.run(
    'insert into "update" (timestamp, iteration, dataset_name, origin) values (?, ?, ?, ?)',
    [timestamp, iteration, dataset, origin],
  );
  insertArrays(database, data, ["update_attribute", lastInsertRowid]);
}

function insertInitial(database: OpenDatabase, { name, format, document, data }: SqliteInitial): void {
  const { lastInsertRowid } = database.run(
    "insert into initial_dataset (dataset_name, format, data) values (?, ?, ?)",
    [name, format, document ?? null],
  );
  insertArrays(database, data ?? {}, ["initial_dataset_attribute", lastInsertRowid]);
}

function insertArrays(
  database: OpenDatabase,
  groups: Groups,
  [link, owner]: [string, number | bigint],
): void {
  for (const [group, attributes] of Object.entries(groups)) {
    for (const [attribute, values] of Object.entries(attributes)) {
      const array = Array.isArray(values) ? fromValues(values) : values;
      const { rowPtr } = array;
      const ptr =
        rowPtr === undefined
          ? null
          : insertArray(database, {
              dtype: "<u4",
              shape: [rowPtr.length],
              data: Uint32Array.from(rowPtr, Number),
            });
      const { lastInsertRowid } = database.run(
        "insert into attribute_data (entity_group, attribute_name, data_id, indptr_id) values (?, ?, ?, ?)",
        [group, attribute, insertArray(database, array), ptr],
      );
      database.run(`insert into ${link} values (?, ?)`, [owner, lastInsertRowid]);
    }
  }
}

function insertArray(database: OpenDatabase, array: SimulationArray): number | bigint {
  return database.run("insert into numpy_array (dtype, shape, data) values (?, ?, ?)", [
    array.dtype,
    JSON.stringify(array.shape),
    encodeArray(array),
  ]).lastInsertRowid;
}

/** Values as JSON would say them, null for undefined. */
export function valuesOf(data: EntityData): Record<string, Record<string, unknown[]>> {
  return Object.fromEntries(
    [...data].map(([group, attributes]) => [
      group,
      Object.fromEntries([...attributes].map(([name, array]) => [name, toValues(array)])),
    ]),
  );
}

export type PlainUpdate = Omit<SimulationUpdate, "data"> & { data: ReturnType<typeof valuesOf> };

export async function updatesOf(
  source: SimulationSource,
  dataset: string,
  query: Omit<Parameters<SimulationSource["readUpdates"]>[0], "dataset"> = {},
): Promise<PlainUpdate[]> {
  const updates: PlainUpdate[] = [];
  for await (const update of source.readUpdates({ dataset, ...query })) {
    const { timestamp, iteration, origin, data } = update;
    updates.push({ dataset: update.dataset, timestamp, iteration, origin, data: valuesOf(data) });
  }
  return updates;
}

export function plainInitial(initial: InitialDataset | null): object | null {
  if (initial === null) return null;
  const { data, document } = initial;
  return {
    ...initial,
    data: data === null ? null : valuesOf(data),
    document: document === null ? null : Buffer.from(document).toString(),
  };
}
