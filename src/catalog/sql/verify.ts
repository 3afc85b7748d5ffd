// The statements of `verify`. Each invariant counts what breaks it and names one example.

import { quoteIdentifier } from "../../database/index.ts";
import { associationTriggers, type CatalogNames, closureTrigger } from "../tables.ts";
import { countUnreachedSql, reachedSql } from "./closure.ts";

export interface Invariant {
  name: string;
  describe: (count: number, example: string | null) => string;
  /** One row: count, example. */
  sql: string;
}

export function closureSummarySql(names: CatalogNames): string {
  return `select depth, count(*)::int as count from ${names.closure} group by depth order by depth`;
}

/**
 * The closure that the tree implies against the one stored. It starts from nodes that reach the root, since a
 * cycle of parents would climb for ever; those that do not are an invariant of their own.
 */
export function expectedClosureSql(names: CatalogNames): string {
  return `\
with recursive reached (id) as (
  ${reachedSql(names)}
), climb (ancestor, descendant, depth, next) as (
  select n.id, n.id, 0, n.parent from ${names.nodes} n join reached using (id)
  union all
  select n.id, c.descendant, c.depth + 1, n.parent
  from climb c join ${names.nodes} n on n.id = c.next
)
select count(*) filter (where s.ancestor is null)::int as missing,
  count(*) filter (where e.ancestor is null)::int as extra,
  count(*) filter (where s.depth <> e.depth)::int as wrong
from climb e
full join ${names.closure} s on s.ancestor = e.ancestor and s.descendant = e.descendant`;
}

export function invariants(names: CatalogNames): Invariant[] {
  return [
    ...treeInvariants(names),
    ...dataInvariants(names),
    ...triggerInvariants(names),
    ...["nodes", "data_sources", "assets", "revisions"].map((table) => sequenceInvariant(names, table)),
  ];
}

function found(good: string, bad: string): Invariant["describe"] {
  return (count, example) =>
    count === 0 ? good : `${count} ${bad}${example === null ? "" : `, for example ${example}`}`;
}

function counting(from: string, example: string): string {
  return `select count(*)::int as count, min(${example})::text as example from ${from}`;
}

function treeInvariants(names: CatalogNames): Invariant[] {
  return [
    {
      name: "root",
      describe: found("node 0 is the only root", "wrong roots"),
      sql: `\
select abs(count(*) filter (where id = 0) - 1)::int + count(*) filter (where id <> 0)::int as count,
  min(id) filter (where id <> 0)::text as example
from ${names.nodes} where parent is null`,
    },
    {
      name: "tree",
      describe: found("every node reaches the root", "nodes do not reach the root"),
      sql: countUnreachedSql(names),
    },
    {
      name: "parents",
      describe: found("every parent is a container", "nodes have a parent that is no container"),
      sql: counting(
        `${names.nodes} n join ${names.nodes} p on p.id = n.parent where p.structure_family <> 'container'`,
        "n.id",
      ),
    },
    {
      name: "keys",
      describe: found("every key can be reached by URL", "keys are empty or hold a slash"),
      sql: counting(`${names.nodes} where id <> 0 and (key = '' or key like '%/%')`, "id"),
    },
  ];
}

function dataInvariants(names: CatalogNames): Invariant[] {
  return [
    {
      name: "data sources",
      describe: found("every node with data has exactly one", "nodes have none or several"),
      sql: counting(
        `(select n.id from ${names.nodes} n left join ${names.dataSources} d on d.node_id = n.id
  group by n.id having count(d.id) > 1 or (count(d.id) = 0 and n.structure_family <> 'container')) as n`,
        "id",
      ),
    },
    {
      name: "families",
      describe: found("data sources and nodes agree", "data sources are of another family than their node"),
      sql: counting(
        `${names.dataSources} d join ${names.nodes} n on n.id = d.node_id
where d.structure_family <> n.structure_family`,
        "d.id",
      ),
    },
    {
      name: "parameters",
      describe: found(
        "parameters and properties are objects",
        "data sources would break the server (NULL or no object)",
      ),
      sql: counting(
        `${names.dataSources} where jsonb_typeof(parameters) is distinct from 'object'
  or jsonb_typeof(properties) is distinct from 'object'`,
        "id",
      ),
    },
    {
      name: "structures",
      describe: found("every array has a structure", "data sources of arrays have none"),
      sql: counting(
        `${names.dataSources} where structure_id is null and structure_family in ('array', 'sparse', 'table')`,
        "id",
      ),
    },
    {
      name: "assets",
      describe: found("every external data source has a file", "external data sources have no asset"),
      sql: counting(
        `${names.dataSources} d where d.management = 'external'
  and not exists (select from ${names.associations} l where l.data_source_id = d.id)`,
        "d.id",
      ),
    },
    {
      name: "orphans",
      describe: found("every asset belongs to a data source", "assets belong to nothing"),
      sql: counting(
        `${names.assets} a where not exists (select from ${names.associations} l where l.asset_id = a.id)`,
        "a.id",
      ),
    },
  ];
}

function triggerInvariants(names: CatalogNames): Invariant[] {
  const required = [
    [closureTrigger, names.nodes],
    ...associationTriggers.map((trigger) => [trigger, names.associations]),
  ];
  const wanted = required
    .map(([trigger, table]) => `('${trigger}', '${table?.replaceAll("'", "''")}'::regclass)`)
    .join(", ");
  return [
    {
      name: "triggers",
      describe: found("all are there and enabled", "triggers are missing or disabled"),
      sql: counting(
        `(values ${wanted}) as w (name, relation)
where not exists (select from pg_trigger t
  where t.tgname = w.name and t.tgrelid = w.relation and t.tgenabled in ('O', 'A'))`,
        "w.name",
      ),
    },
  ];
}

function sequenceInvariant(names: CatalogNames, table: string): Invariant {
  const relation = quoteIdentifier(names.schema, table);
  return {
    name: `sequence of ${table}`,
    describe: (count, example) =>
      count === 0
        ? "ahead of all ids"
        : `behind: the highest id is ${example}, so the next insert would collide`,
    sql: `\
select (coalesce(max(id), 0) >= coalesce((
    select case when s.last_value is null then s.start_value else s.last_value + 1 end
    from pg_sequences s
    where format('%I.%I', s.schemaname, s.sequencename)
      = pg_get_serial_sequence('${relation.replaceAll("'", "''")}', 'id')), 1))::int as count,
  max(id)::text as example
from ${relation}`,
  };
}
