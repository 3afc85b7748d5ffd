// Other ways of the same increment, as SQL that a database administrator would write: each in one transaction, level by
// level, ids by anti-join first, and with all that a node has.

import type pg from "pg";
import { stage } from "./staging.ts";
import { buildClosureAside, swapClosure } from "./swap.ts";

export interface PeerLoad {
  client: pg.Client;
  chunks: readonly Buffer[];
}

/** The closure trigger stays on and does its work row by row. */
export async function loadThroughTrigger({ client, chunks }: PeerLoad): Promise<void> {
  await inTransaction(client, async () => {
    await stage(client, chunks);
    await insertLevels(client, false);
    await insertData(client);
  });
}

/** The trigger looks at a setting of the transaction, which the loader makes: nothing is altered, nobody waits. */
export async function loadGuarded({ client, chunks }: PeerLoad): Promise<void> {
  await inTransaction(client, async () => {
    await stage(client, chunks);
    await client.query("set local catalog.bulk_ingest = 'on'");
    await insertLevels(client, true);
    await insertData(client);
  });
}

/** The closure of everything is made aside and takes the place of the old one: work that grows with the catalog. */
export async function loadAndSwap({ client, chunks }: PeerLoad): Promise<void> {
  await inTransaction(client, async () => {
    await stage(client, chunks);
    await client.query("lock table nodes in share row exclusive mode");
    await client.query("alter table nodes disable trigger update_closure_table_when_inserting");
    await insertLevels(client, false);
    await insertData(client);
    await buildClosureAside(client);
    await swapClosure(client);
    await client.query("alter table nodes enable trigger update_closure_table_when_inserting");
  });
}

/** Once, by the owner of the catalog, before the guarded way can be gone. */
export async function guardTrigger(client: pg.Client): Promise<void> {
  await replaceTrigger(client, "when (coalesce(current_setting('catalog.bulk_ingest', true), '') <> 'on')");
}

export async function unguardTrigger(client: pg.Client): Promise<void> {
  await replaceTrigger(client, "");
}

async function replaceTrigger(client: pg.Client, condition: string): Promise<void> {
  await client.query(`create or replace trigger update_closure_table_when_inserting after insert on nodes
    for each row ${condition} execute function update_closure_table_when_inserting()`);
}

async function inTransaction(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query("begin");
  try {
    // As ours has them.
    await client.query("set local work_mem = '128MB'; set local jit = off");
    await work();
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}

/** @param withClosure the closure rows of each level from those of the level above, when no trigger makes them */
async function insertLevels(client: pg.Client, withClosure: boolean): Promise<void> {
  const { rows } = await client.query<{ deepest: number }>("select max(lvl) as deepest from st");
  for (let level = 1; level <= (rows[0]?.deepest ?? 0); level++) {
    const at = [level];
    if (level === 1) await client.query("update st set parent = 0 where lvl = 1");
    else {
      await client.query(
        `update st set parent = p.id from st p
         where st.lvl = $1 and p.lvl = $1 - 1 and p.path = st.parent_path`,
        at,
      );
    }
    await client.query(insertLevelSql, at);
    await client.query(
      `update st set id = n.id from nodes n
       where st.lvl = $1 and st.id is null and n.parent = st.parent and n.key = st.key`,
      at,
    );
    if (withClosure) await client.query(insertClosureSql, at);
  }
}

const insertLevelSql = `
with i as (
  insert into nodes (parent, key, structure_family, metadata, specs, access_blob)
  select parent, key, family::structurefamily, metadata, specs, access_blob from st
  where lvl = $1 and not exists (select from nodes n where n.parent = st.parent and n.key = st.key)
  order by parent, key
  on conflict (key, parent) do nothing
  returning id, parent, key)
update st set id = i.id, is_new = true from i
where st.lvl = $1 and st.parent = i.parent and st.key = i.key`;

const insertClosureSql = `
insert into nodes_closure (ancestor, descendant, depth)
select id, id, 0 from st where lvl = $1 and is_new
union all
select c.ancestor, s.id, c.depth + 1
from st s join nodes_closure c on c.descendant = s.parent
where s.lvl = $1 and s.is_new`;

async function insertData(client: pg.Client): Promise<void> {
  await client.query(`
    insert into structures (id, structure)
    select distinct on (structure_id) structure_id, structure from st where structure is not null
    on conflict (id) do nothing`);
  await client.query(`
    with d as (
      insert into data_sources (node_id, structure_id, mimetype, parameters, properties, management, structure_family)
      select id, structure_id, mimetype, parameters, properties, management::management, family::structurefamily
      from st where is_new and mimetype is not null order by id
      returning id, node_id)
    update st set source_id = d.id from d where st.id = d.node_id`);
  await client.query(`
    insert into assets (data_uri, is_directory, size)
    select distinct on (data_uri) data_uri, is_directory, size
    from st where source_id is not null and data_uri is not null
    order by data_uri
    on conflict (data_uri) do nothing`);
  await client.query(`
    insert into data_source_asset_association (data_source_id, asset_id, parameter, num)
    select st.source_id, a.id, st.parameter, st.num from st join assets a on a.data_uri = st.data_uri
    where st.source_id is not null order by st.source_id`);
}
