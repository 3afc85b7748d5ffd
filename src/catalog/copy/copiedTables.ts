// Which rows of a catalog are a dataset's, table by table, and which of their columns hold ids.

import type { ClientBase } from "pg";
import { quoteIdentifier } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import type { CatalogNames } from "../tables.ts";

/** Temp table of the dataset's nodes, `id` and `path`: a hash of the keys from the dataset down, the same on every server. */
export const treeTable = "copycat_tree";

export interface CopiedTable {
  /** Without its schema. */
  name: string;
  /** Has an id of its own from a sequence. */
  hasId: boolean;
  /** Columns that hold ids of other tables, and which. */
  links: Readonly<Record<string, string>>;
  /** Condition on a row `r` to be the dataset's. */
  isOwn: (names: CatalogNames) => string;
}

const inTree = `select id from ${treeTable}`;

const ownSources = ({ dataSources }: CatalogNames): string =>
  `select d.id from ${dataSources} d where d.node_id in (${inTree})`;

/** In the order in which rows can go in. The closure follows from the nodes. */
export const copiedTables: readonly CopiedTable[] = [
  { name: "nodes", hasId: true, links: { parent: "nodes" }, isOwn: () => `r.id in (${inTree})` },
  {
    name: "structures",
    hasId: false,
    links: {},
    isOwn: ({ dataSources }) =>
      `r.id in (select d.structure_id from ${dataSources} d where d.node_id in (${inTree}))`,
  },
  {
    name: "data_sources",
    hasId: true,
    links: { node_id: "nodes" },
    isOwn: () => `r.node_id in (${inTree})`,
  },
  {
    name: "assets",
    hasId: true,
    links: {},
    isOwn: (names) =>
      `r.id in (select l.asset_id from ${names.associations} l where l.data_source_id in (${ownSources(names)}))`,
  },
  {
    name: "data_source_asset_association",
    hasId: false,
    links: { data_source_id: "data_sources", asset_id: "assets" },
    isOwn: (names) => `r.data_source_id in (${ownSources(names)})`,
  },
  { name: "revisions", hasId: true, links: { node_id: "nodes" }, isOwn: () => `r.node_id in (${inTree})` },
];

export const relationOf = (names: CatalogNames, table: string): string =>
  quoteIdentifier(names.schema, table);

export type ColumnsOf = ReadonlyMap<string, readonly string[]>;

/** The columns of each table as they are there: newer versions of Tiled have others. Sorted by name. */
export async function readColumns(client: ClientBase, names: CatalogNames): Promise<ColumnsOf> {
  const tables = copiedTables.map(({ name }) => name);
  const { rows } = await client.query<{ name: string; columns: string[] }>(
    `\
select t.name, (
    select coalesce(array_agg(a.attname::text order by a.attname), '{}') from pg_attribute a
    where a.attrelid = t.relation::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns
from unnest($1::text[], $2::text[]) t (name, relation)`,
    [tables, tables.map((table) => relationOf(names, table))],
  );
  return new Map(rows.map(({ name, columns }) => [name, columns]));
}

/** @throws CopycatError CATALOG_VERSION where one catalog has a column that the other has not */
export function requireSameColumns(source: ColumnsOf, destination: ColumnsOf): void {
  for (const [table, columns] of source) {
    const others = destination.get(table) ?? [];
    const only = [...columns, ...others].filter((one) => !columns.includes(one) || !others.includes(one));
    if (only.length === 0) continue;
    throw new CopycatError(
      "CATALOG_VERSION",
      `The catalogs are of different versions of Tiled: only one of them has ${only.join(", ")} in ${table}. ` +
        "Upgrade the older one: `tiled catalog upgrade-database URI`. Nothing was changed.",
    );
  }
}
