// The statements that give copied rows their ids and put them in.

import { insertClosureSql } from "../sql/closure.ts";
import type { CatalogNames } from "../tables.ts";
import { type CopiedTable, relationOf } from "./copiedTables.ts";

/** Rows as they came, with the ids of the server they came from. */
export const stagedName = (table: string): string => `copycat_in_${table}`;

/** `old` and `new` ids. */
export const mapName = (table: string): string => `copycat_map_${table}`;

/** New ids in the order of the old ones, which is the order in which Tiled lists. */
export function reserveIdsSql(names: CatalogNames, { name }: CopiedTable): string[] {
  const sequence = `pg_get_serial_sequence('${relationOf(names, name).replaceAll("'", "''")}', 'id')::regclass`;
  return [
    `create temp table ${mapName(name)} (old int4 primary key, new int4 not null) on commit drop`,
    `\
insert into ${mapName(name)} (old, new)
select id, nextval(${sequence})::int4 from (select id from ${stagedName(name)} order by id) as r`,
    `analyze ${mapName(name)}`,
  ];
}

/** What is there already stays: structures by their id, assets by their URI. */
export function insertRowsSql(names: CatalogNames, table: CopiedTable, columns: readonly string[]): string {
  const { name, hasId, links } = table;
  const value = (column: string): string => {
    if (hasId && column === "id") return "own.new";
    if (links[column] === undefined) return `r."${column}"`;
    // The dataset itself stands below the root.
    return column === "parent" ? "coalesce(m_parent.new, 0)" : `m_${column}.new`;
  };
  const joins = Object.entries(links).map(
    ([column, other]) => `left join ${mapName(other)} m_${column} on m_${column}.old = r.${column}`,
  );
  return [
    `insert into ${relationOf(names, name)} (${columns.map((column) => `"${column}"`).join(", ")})`,
    `select ${columns.map(value).join(", ")}`,
    `from ${stagedName(name)} r`,
    ...(hasId ? [`join ${mapName(name)} own on own.old = r.id`] : []),
    ...joins,
    ...(hasId ? ["order by own.new"] : []),
    ...(name === "structures" || name === "assets" ? ["on conflict do nothing"] : []),
  ].join("\n");
}

/**
 * Assets that were there keep their ids; what is known of the file is the newer of both. An update that changes nothing is
 * left out.
 */
export function mergeAssetsSql(names: CatalogNames): string[] {
  const { assets } = names;
  const facts = (row: string): string =>
    ["is_directory", "hash_type", "hash_content", "size"].map((column) => `${row}.${column}`).join(", ");
  return [
    `\
update ${mapName("assets")} m set new = a.id
from ${stagedName("assets")} r join ${assets} a on a.data_uri = r.data_uri
where m.old = r.id and m.new <> a.id`,
    `\
update ${assets} a
set is_directory = r.is_directory, hash_type = r.hash_type, hash_content = r.hash_content, size = r.size,
  time_updated = r.time_updated
from ${mapName("assets")} m join ${stagedName("assets")} r on r.id = m.old
where a.id = m.new and r.time_updated > a.time_updated and (${facts("a")}) is distinct from (${facts("r")})`,
  ];
}

/** As a load does it, of the new nodes. */
export function copyClosureSql(names: CatalogNames): string[] {
  return [
    "create temp table copycat_node (id int4 primary key, parent int4, is_new bool not null) on commit drop",
    `\
insert into copycat_node (id, parent, is_new)
select n.id, n.parent, true from ${mapName("nodes")} m join ${names.nodes} n on n.id = m.new`,
    "analyze copycat_node",
    insertClosureSql(names, "delta"),
  ];
}
