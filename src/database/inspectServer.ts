// What a server is like, as far as a load can feel it.

import type { Database } from "./connect.ts";

export interface ServerSetting {
  name: string;
  /** With its unit, as SHOW writes it. */
  value: string;
  /** What it means for a load, where it is not as one would have it; else null. */
  note: string | null;
}

export interface ServerFacts {
  /** `18.4` */
  version: string;
  database: string;
  role: {
    name: string;
    isSuperuser: boolean;
    /** May make schemas in this database, such as that of a memory store. */
    canCreateSchemas: boolean;
    /** May make temp tables, which loads go through. */
    canCreateTemp: boolean;
  };
  settings: ServerSetting[];
}

interface Row {
  version: string;
  database: string;
  role: string;
  superuser: boolean;
  creates: boolean;
  temp: boolean;
  settings: Record<string, string>;
}

const inspectSql = `\
select current_setting('server_version') as version, current_database() as database, current_user as role,
  (select rolsuper from pg_roles where rolname = current_user) as superuser,
  has_database_privilege(current_database(), 'CREATE') as creates,
  has_database_privilege(current_database(), 'TEMP') as temp,
  (select json_object_agg(name, current_setting(name)) from pg_settings where name = any ($1)) as settings`;

/** Settings looked at, in the order of the report, each with what there is to say of a value. */
const looks: Readonly<Record<string, (value: string) => string | null>> = {
  fsync: (value) => (value === "off" ? "fast, and a crash of the machine can lose the whole server" : null),
  synchronous_commit: (value) => (value === "on" ? null : "the last commits before a crash may be lost"),
  full_page_writes: (value) => (value === "off" ? "a crash of the machine can damage pages" : null),
  wal_level: (value) => (value === "logical" ? "updates and deletes write more WAL than they have to" : null),
  max_wal_size: (value) =>
    bytesOf(value) < 4 * 2 ** 30 ? "large loads checkpoint often; 4GB and more let them flow" : null,
  shared_buffers: (value) =>
    bytesOf(value) < 512 * 2 ** 20 ? "that is little; a quarter of the memory is usual" : null,
  maintenance_work_mem: (value) =>
    bytesOf(value) < 256 * 2 ** 20
      ? "indexes over large tables build slowly (an HNSW index is given more)"
      : null,
  autovacuum: (value) => (value === "off" ? "statistics grow old between loads" : null),
};

/** Reads version, rights and settings of the server, as the role that asks sees them. */
export async function inspectServer(database: Database): Promise<ServerFacts> {
  const { rows } = await database.pool.query<Row>(inspectSql, [Object.keys(looks)]);
  const row = rows[0] as Row;
  return {
    version: row.version,
    database: row.database,
    role: {
      name: row.role,
      isSuperuser: row.superuser,
      canCreateSchemas: row.creates,
      canCreateTemp: row.temp,
    },
    settings: Object.entries(looks).flatMap(([name, look]) => {
      const value = row.settings[name];
      return value === undefined ? [] : [{ name, value, note: look(value) }];
    }),
  };
}

const units: Readonly<Record<string, number>> = { B: 1, kB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 };

function bytesOf(text: string): number {
  const [, digits = "0", unit = "B"] = /^(\d+)(\w+)?$/.exec(text) ?? [];
  return Number(digits) * (units[unit] ?? 1);
}
