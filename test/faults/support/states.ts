// What a store holds, item by item and without ids and times, so that two states can be compared.

import { contentsSql } from "../../ingest/contents.ts";
import type { Asked } from "./server.ts";

export type StoreName = "catalog" | "memory" | "simulation" | "library";

export interface Item {
  name: string;
  contents: string;
  /** When the transaction committed that wrote it: items of one transaction have the same. */
  part: string;
}

interface StoreSql {
  /** There when the store is. */
  table: string;
  items: string;
}

const stores: Record<StoreName, StoreSql> = {
  catalog: {
    table: "public.nodes",
    items: `
      select c.path as name, n.xmin, c.contents || (select count(*) from revisions r where r.node_id = n.id)::text as contents
      from (${contentsSql}) c join nodes n on n.id = c.id where n.id <> 0`,
  },
  memory: {
    table: "memory.memory_entries",
    items: `
      select namespace || '/' || key as name, m.xmin,
        (to_jsonb(m) - '{id,created_at,updated_at}'::text[])::text as contents
      from memory.memory_entries m`,
  },
  simulation: {
    table: "simulation.update",
    items: `
      select d.name || '/' || u.timestamp || '/' || u.iteration as name, u.xmin, (
          select md5(string_agg((to_jsonb(a) - 'update_id' - 'attribute_id')::text || t.name, ',' order by t.name))
          from simulation.every_update_array a join simulation.attribute t on t.id = a.attribute_id
          where a.update_id = u.id) as contents
      from simulation.update u join simulation.dataset d on d.id = u.dataset_id
      union all
      select 'array without update', a.xmin, a.update_id::text from simulation.update_array a
      where not exists (select from simulation.update u where u.id = a.update_id)`,
  },
  library: {
    table: "library.file",
    items: `
      select path as name, f.xmin,
        (to_jsonb(f) - '{id,library_id,indexed_at,last_verified,missing_since}'::text[])::text as contents
      from library.file f`,
  },
};

/** The items of a store in the order of their names; none where there is no store. */
export async function readItems(server: Asked, database: string, store: StoreName): Promise<Item[]> {
  const { table, items } = stores[store];
  const [there] = await server.ask<{ present: boolean }>(
    database,
    "select to_regclass($1) is not null as present",
    [table],
  );
  if (there?.present !== true) return [];
  return server.ask<Item>(
    database,
    `select name, coalesce(contents, '') as contents, coalesce(pg_xact_commit_timestamp(xmin)::text, '') as part
     from (${items}) as items order by name collate "C"`,
  );
}

/** What a fault must not leave behind, a line each: locks, temp tables, half indexes, triggers that are off. */
export async function listLeftovers(server: Asked, database: string): Promise<string[]> {
  const rows = await server.ask<{ what: string }>(database, leftoversSql);
  return rows.map(({ what }) => what);
}

const leftoversSql = `
  select 'temp table ' || relname::text as what from pg_class where relpersistence = 't' and relkind = 'r'
  union all
  select 'unfinished index ' || indexrelid::regclass from pg_index where not (indisvalid and indisready and indislive)
  union all
  select 'disabled trigger ' || tgname from pg_trigger where tgenabled in ('D', 'R')
  union all
  select 'unproved constraint ' || conname from pg_constraint where not convalidated
  union all
  select 'prepared transaction ' || gid from pg_prepared_xacts where database = current_database()
  union all
  select format('%s lock of pid %s (%s)', l.locktype, l.pid, a.application_name)
  from pg_locks l join pg_stat_activity a using (pid)
  where l.database = (select oid from pg_database where datname = current_database()) and l.pid <> pg_backend_pid()
    and a.backend_type = 'client backend'`;

/** One text for all indexes, constraints and triggers: what an offline load drops must be as it was. */
export async function readSchema(server: Asked, database: string): Promise<string> {
  const [row] = await server.ask<{ schema: string }>(database, schemaSql);
  return row?.schema ?? "";
}

const schemaSql = `
  select md5(coalesce(string_agg(what, ';' order by what collate "C"), '')) as schema from (
    select pg_get_indexdef(indexrelid) as what from pg_index i join pg_class c on c.oid = i.indrelid
    where c.relnamespace = 'public'::regnamespace
    union all
    select conrelid::regclass::text || conname || pg_get_constraintdef(oid) from pg_constraint
    where connamespace = 'public'::regnamespace
    union all
    select pg_get_triggerdef(oid) || tgenabled::text from pg_trigger
    where not tgisinternal and tgrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
  ) as parts`;
