// The note's four tables in SQLite, through better-sqlite3: prepared statements, WAL, a transaction an update.

import { statSync } from "node:fs";
import { openSqlite } from "../load/sqliteLibrary.ts";
import { attributes, dataset, Fold, group } from "./updates.ts";
import type { Way } from "./ways.ts";

const schema = `
  create table numpy_array (id integer primary key autoincrement, dtype varchar(20) not null, shape varchar not null, data blob not null);
  create table "update" (id integer primary key autoincrement, timestamp integer not null, iteration integer not null,
    dataset_name varchar not null, origin varchar, constraint uq_update unique (timestamp, iteration, dataset_name));
  create index idx_update_time on "update" (timestamp, iteration);
  create index idx_update_dataset on "update" (dataset_name);
  create table attribute_data (id integer primary key autoincrement, entity_group varchar not null, attribute_name varchar not null,
    data_id integer not null references numpy_array (id) on delete cascade,
    indptr_id integer references numpy_array (id) on delete cascade, min_val float, max_val float);
  create index ix_attribute_data_entity_group on attribute_data (entity_group);
  create index ix_attribute_data_attribute_name on attribute_data (attribute_name);
  create table update_attribute (update_id integer not null references "update" (id) on delete cascade,
    attribute_data_id integer not null references attribute_data (id) on delete cascade,
    primary key (update_id, attribute_data_id), constraint uq_update_attr unique (update_id, attribute_data_id))`;

// `cross join` keeps the order of tables: left alone, the planner begins with the attributes and takes 25 times as long.
const arraysSql = `select u.timestamp as at, a.attribute_name as name, n.dtype as dtype, n.data as data from "update" u
  cross join update_attribute l on l.update_id = u.id cross join attribute_data a on a.id = l.attribute_data_id
  cross join numpy_array n on n.id = a.data_id`;

interface ArrayRow {
  at: number;
  name: string;
  dtype: string;
  data: Buffer;
}

/** Under `normal` the last commits may be lost with the machine's power, under `full` none. */
export async function openSqliteWay(
  path: string,
  { synchronous }: { synchronous: "normal" | "full" },
): Promise<Way> {
  const db = await openSqlite(path);
  db.pragma("journal_mode = wal");
  db.pragma(`synchronous = ${synchronous}`);
  db.pragma("foreign_keys = on");
  db.exec(schema);
  const insertUpdate = db.prepare(
    `insert into "update" (timestamp, iteration, dataset_name, origin) values (?, ?, ?, ?)`,
  );
  const insertArray = db.prepare("insert into numpy_array (dtype, shape, data) values (?, ?, ?)");
  const insertAttribute = db.prepare(
    "insert into attribute_data (entity_group, attribute_name, data_id) values (?, ?, ?)",
  );
  const link = db.prepare("insert into update_attribute (update_id, attribute_data_id) values (?, ?)");
  return {
    write: async (updates) => {
      const store = db.transaction((update: ReturnType<ReturnType<typeof updates>["next"]>["value"]) => {
        const { lastInsertRowid } = insertUpdate.run(
          update.timestamp,
          update.iteration,
          update.dataset,
          update.origin,
        );
        for (const [groupName, arrays] of update.data) {
          for (const [name, { dtype, shape, data }] of arrays) {
            const { buffer, byteOffset, byteLength } = data;
            const bytes = Buffer.from(buffer, byteOffset, byteLength);
            const array = insertArray.run(dtype, JSON.stringify(shape), bytes).lastInsertRowid;
            const attribute = insertAttribute.run(groupName, name, array).lastInsertRowid;
            link.run(lastInsertRowid, attribute);
          }
        }
      });
      for (const update of updates()) store(update);
    },
    bytes: async () => {
      db.pragma("wal_checkpoint(truncate)");
      return statSync(path).size;
    },
    state: async (timestamp) => {
      const rows = db.prepare(
        `${arraysSql} where u.dataset_name = ? and u.timestamp <= ? and a.entity_group = ? order by u.timestamp, u.iteration, a.id`,
      );
      const fold = new Fold();
      let at: number | null = null;
      let arrays = new Map<string, ArrayLike<number>>();
      const apply = (): void => {
        const { id = [], ...values } = Object.fromEntries(arrays);
        fold.apply(id, Object.entries(values));
      };
      for (const row of rows.iterate(dataset, timestamp, group) as Iterable<ArrayRow>) {
        if (at !== row.at) apply();
        if (at !== row.at) arrays = new Map();
        at = row.at;
        arrays.set(row.name, decode(row));
      }
      apply();
      return attributes.map((name) => fold.columns.get(name) ?? []);
    },
    sumOverTime: async (attribute) => {
      const rows = db.prepare(
        `${arraysSql} where u.dataset_name = ? and a.attribute_name = ? order by u.timestamp, u.iteration`,
      );
      let sum = 0;
      for (const row of rows.iterate(dataset, attribute) as Iterable<ArrayRow>) {
        for (const value of decode(row)) sum += value;
      }
      return sum;
    },
    close: async () => {
      db.close();
    },
  };
}

function decode({ dtype, data }: ArrayRow): Int32Array | Float64Array {
  const { buffer } = Uint8Array.from(data);
  return dtype === "<i4" ? new Int32Array(buffer) : new Float64Array(buffer);
}
