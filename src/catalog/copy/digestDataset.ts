// What a dataset is, whatever the ids: how many rows each table has of it, and a digest of what these say.

import type { ClientBase } from "pg";
import type { CatalogNames } from "../tables.ts";
import { hasAccessTags, tagLinesSql, tagLinksTable } from "./accessTags.ts";
import { relationOf, treeTable } from "./copiedTables.ts";

export interface TableDigest {
  table: string;
  rows: number;
  digest: string;
}

/**
 * One row, `rows` and `digest`, of a query of texts: sums of two hashes of 64 bits. No order, no sort, no memory. These hashes are
 * the same in all versions since 11, and take a tenth of the time of a cryptographic one; nobody makes rows to deceive them.
 *
 * @param query with a column `line`
 */
export function digestSql(query: string): string {
  const sum = (seed: number): string => `coalesce(sum(hashtextextended(line, ${seed})), 0)::text`;
  return `select count(*)::float8 as rows, concat_ws(' ', ${sum(1)}, ${sum(2)}) as digest from (${query}) as lines`;
}

const path = (alias: string): string => `encode(${alias}.path, 'hex')`;

/** A whole row as text, but for its ids. */
const content = (row: string, ids: readonly string[]): string =>
  `(to_jsonb(${row}) - array[${ids.map((id) => `'${id}'`).join(", ")}])::text`;

/** Times of an asset are not compared: it is one with that of other datasets on the same file. */
const assetTimes = ["id", "time_created", "time_updated"];

/** By the name of the table. */
function lines(names: CatalogNames): Readonly<Record<string, string>> {
  const { nodes, closure, structures, dataSources, assets, associations } = names;
  const revisions = relationOf(names, "revisions");
  const owned = `${treeTable} t join ${dataSources} d on d.node_id = t.id`;
  return {
    nodes: `select ${path("t")} || ${content("n", ["id", "parent"])} as line from ${treeTable} t join ${nodes} n using (id)`,
    // Also what is above the dataset, and what the closure has below it that the tree has not.
    nodes_closure: `\
select concat_ws(' ', coalesce(${path("a")}, case c.ancestor when 0 then 'root' else 'other' end), ${path("t")}, c.depth) as line
from ${treeTable} t join ${closure} c on c.descendant = t.id left join ${treeTable} a on a.id = c.ancestor
union all
select concat_ws(' ', ${path("a")}, 'other', c.depth)
from ${treeTable} a join ${closure} c on c.ancestor = a.id
where not exists (select from ${treeTable} t where t.id = c.descendant)`,
    structures: `\
select s.id || s.structure::text as line from ${structures} s
where s.id in (select d.structure_id from ${owned})`,
    data_sources: `select ${path("t")} || ${content("d", ["id", "node_id"])} as line from ${owned}`,
    assets: `\
select ${content("a", assetTimes)} as line from ${assets} a
where a.id in (select l.asset_id from ${owned} join ${associations} l on l.data_source_id = d.id)`,
    data_source_asset_association: `\
select concat(${path("t")}, d.structure_id, d.mimetype, ${content("l", ["data_source_id", "asset_id"])},
  ${content("a", assetTimes)}) as line
from ${owned} join ${associations} l on l.data_source_id = d.id join ${assets} a on a.id = l.asset_id`,
    revisions: `\
select ${path("t")} || ${content("v", ["id", "node_id"])} as line
from ${treeTable} t join ${revisions} v on v.node_id = t.id`,
  };
}

/** Of the dataset that `collectTree` has listed in this transaction. */
export async function digestDataset(client: ClientBase, names: CatalogNames): Promise<TableDigest[]> {
  const digests: TableDigest[] = [];
  const tags = (await hasAccessTags(client, names)) ? { [tagLinksTable]: tagLinesSql(names) } : {};
  for (const [table, query] of Object.entries({ ...lines(names), ...tags })) {
    const { rows } = await client.query<Omit<TableDigest, "table">>(digestSql(query));
    const [row = { rows: 0, digest: "" }] = rows;
    digests.push({ table, ...row });
  }
  return digests;
}

/** A line for each table in which they differ; none when they are equal. `places`: where the first and the second are. */
export function compareDigests(
  source: readonly TableDigest[],
  destination: readonly TableDigest[],
  [here, there]: readonly [string, string],
): string[] {
  return source.flatMap(({ table, rows, digest }) => {
    const other = destination.find((one) => one.table === table) ?? { rows: 0, digest: "" };
    if (rows !== other.rows) return [`${table}: ${rows} rows at ${here}, ${other.rows} at ${there}`];
    return digest === other.digest ? [] : [`${table}: ${rows} rows each, not all equal`];
  });
}
