// The statements of `verify --repair`: only rows that differ are written.

import { stagingWords } from "../../bulk/index.ts";
import { quoteIdentifier } from "../../database/index.ts";
import {
  associationTriggers,
  type CatalogNames,
  type CatalogTarget,
  closureTrigger,
  stagingPlaceOf,
} from "../tables.ts";
import { insertClosureSql } from "./closure.ts";

const expected = "copycat_expected";

/** The closure as the tree has it, in a table of its own. Only where every node reaches the root: else it never ends. */
export function expectClosureSql(names: CatalogTarget): string[] {
  const [kind, end] = stagingWords(stagingPlaceOf(names));
  return [
    `create ${kind} table ${expected} (ancestor int not null, descendant int not null, depth int not null)${end}`,
    insertClosureSql({ ...names, closure: expected }, "rebuild"),
    `analyze ${expected}`,
  ];
}

export const dropExpectedSql = `drop table ${expected}`;

const sameRow = "e.ancestor = c.ancestor and e.descendant = c.descendant";

export function deleteExtraSql(names: CatalogNames): string {
  return `delete from ${names.closure} c where not exists (select 1 from ${expected} e where ${sameRow})`;
}

export function updateDepthsSql(names: CatalogNames): string {
  return `update ${names.closure} c set depth = e.depth from ${expected} e where ${sameRow} and c.depth <> e.depth`;
}

export function insertMissingSql(names: CatalogNames): string {
  return `\
insert into ${names.closure} (ancestor, descendant, depth)
select e.ancestor, e.descendant, e.depth from ${expected} e
where not exists (select 1 from ${names.closure} c where ${sameRow})`;
}

/** Triggers of Tiled's that are there but do not fire, with their tables. */
export const silentTriggersSql = `\
select t.tgname::text as trigger, w.relation as "table"
from unnest($1::text[], $2::text[]) as w (name, relation)
join pg_trigger t on t.tgname = w.name and t.tgrelid = w.relation::regclass
where t.tgenabled not in ('O', 'A') order by 1`;

/** The values for `silentTriggersSql`. */
export function requiredTriggers(names: CatalogNames): [triggers: string[], tables: string[]] {
  return [
    [closureTrigger, ...associationTriggers],
    [names.nodes, ...associationTriggers.map(() => names.associations)],
  ];
}

/** Tables with a sequence of their own, nodes first. */
export function sequenceTables(names: CatalogNames): string[] {
  return ["nodes", "data_sources", "assets", "revisions"].map((table) =>
    quoteIdentifier(names.schema, table),
  );
}

/** One row, the new value, when the sequence of a table ($1 is its name) would give an id that is taken or below one. */
export function aheadSql(table: string): string {
  return `\
select setval(pg_get_serial_sequence($1, 'id')::regclass, t.highest)::text as value
from (select max(id) as highest from ${table}) t
where t.highest >= coalesce((
  select case when s.last_value is null then s.start_value else s.last_value + 1 end
  from pg_sequences s
  where format('%I.%I', s.schemaname, s.sequencename)::regclass = pg_get_serial_sequence($1, 'id')::regclass), 1)`;
}
