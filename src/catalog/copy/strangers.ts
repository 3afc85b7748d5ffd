// Rows of tables that are not copied, and would go with the nodes.

import type { ClientBase } from "pg";
import { quoteIdentifier } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import { type CatalogNames, loadedTables } from "../tables.ts";
import { tagLinksTable } from "./accessTags.ts";
import { relationOf, treeTable } from "./copiedTables.ts";

const referencesSql = `\
select n.nspname::text as schema, c.relname::text as name, a.attname::text as "column",
  k.confrelid = $1::regclass as "isOfNodes"
from pg_constraint k
join pg_class c on c.oid = k.conrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
where k.contype = 'f' and k.confrelid in ($1::regclass, $2::regclass) and k.conrelid <> all ($3::text[]::regclass[])
order by 1, 2, 3`;

/**
 * Webhooks, entities of the graph, or what others have tied to the nodes: it is theirs to take along.
 *
 * @throws CopycatError CONFLICT that names the tables
 */
export async function refuseForeignRows(client: ClientBase, names: CatalogNames): Promise<void> {
  const { rows } = await client.query<{ schema: string; name: string; column: string; isOfNodes: boolean }>(
    referencesSql,
    [names.nodes, names.dataSources, [...loadedTables(names), relationOf(names, "revisions")]],
  );
  const found: string[] = [];
  for (const { schema, name, column, isOfNodes } of rows) {
    const own = isOfNodes
      ? `select id from ${treeTable}`
      : `select d.id from ${names.dataSources} d join ${treeTable} t on t.id = d.node_id`;
    const counted = await client.query<{ count: number }>(
      `select count(*)::float8 as count from ${quoteIdentifier(schema, name)} where ${quoteIdentifier(column)} in (${own})`,
    );
    const { count } = counted.rows[0] ?? { count: 0 };
    if (count > 0 && name !== tagLinksTable) found.push(`${name}: ${count} rows, by their column ${column}`);
  }
  if (found.length === 0) return;
  throw new CopycatError(
    "CONFLICT",
    "Other tables hold rows of this dataset's nodes, which are not moved and would be deleted with the nodes. " +
      "Take them away first, and make them again at the new place. Nothing was changed.",
    { details: found },
  );
}
