// Since Tiled 0.2.19: who may see a node, as tags in tables of their own. They go along by their names.

import { pipeline } from "node:stream/promises";
import type { ClientBase, PoolClient } from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import type { CatalogNames } from "../tables.ts";
import { relationOf, treeTable } from "./copiedTables.ts";
import { mapName } from "./copySql.ts";

export const tagLinksTable = "node_access_tags_association";

const staged = "copycat_in_tag";

/** Whether the catalog has them: older ones have a column access_blob instead. */
export async function hasAccessTags(client: ClientBase, names: CatalogNames): Promise<boolean> {
  const { rows } = await client.query<{ present: boolean }>("select to_regclass($1) is not null as present", [
    relationOf(names, tagLinksTable),
  ]);
  return rows[0]?.present === true;
}

/** `from` and what is needed of it: tree `t`, link `l`, tag `g`. */
const fromSql = (names: CatalogNames): string => `\
from ${treeTable} t join ${relationOf(names, tagLinksTable)} l on l.node_id = t.id
join ${relationOf(names, "access_tags")} g on g.id = l.tag_id`;

export const tagLinesSql = (names: CatalogNames): string =>
  `select concat_ws(' ', encode(t.path, 'hex'), g.is_public, g.name) as line ${fromSql(names)}`;

/** After the nodes are in, with triggers on: one of Tiled's sets the parent. A tag that is there stays as it is. */
export async function copyAccessTags(
  source: { client: PoolClient; names: CatalogNames },
  { client: destination, names }: { client: PoolClient; names: CatalogNames },
): Promise<void> {
  if (!(await hasAccessTags(source.client, source.names)) || !(await hasAccessTags(destination, names))) {
    return;
  }
  await destination.query(
    `create temp table ${staged} (node_id int4, name text, is_public bool) on commit drop`,
  );
  await pipeline(
    source.client.query(
      copyTo(`copy (select l.node_id, g.name, g.is_public ${fromSql(source.names)}) to stdout`),
    ),
    destination.query(copyFrom(`copy ${staged} from stdin`)),
  );
  const tags = relationOf(names, "access_tags");
  await destination.query(`\
insert into ${tags} (name, is_public)
select distinct s.name, s.is_public from ${staged} s
where not exists (select from ${tags} g where g.name = s.name)
on conflict (name) do nothing`);
  await destination.query(`\
insert into ${relationOf(names, tagLinksTable)} (node_id, tag_id)
select m.new, g.id from ${staged} s join ${mapName("nodes")} m on m.old = s.node_id join ${tags} g on g.name = s.name`);
}
