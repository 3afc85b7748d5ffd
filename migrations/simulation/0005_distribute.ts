// On a Citus cluster: the rows of a scenario lie together on one worker, those of different scenarios on several.

import { type Kysely, type Migration, type RawBuilder, sql } from "kysely";
import {
  allowTriggers,
  arrayColumnNames,
  runAll,
  type SimulationMigrationOptions,
  tableName,
} from "./options.ts";

interface Sharded {
  table: string;
  key: readonly string[];
  unique?: { name: string; columns: readonly string[] };
  /** With `on delete cascade`. */
  parent?: { name: string; column: string; table: string };
}

/** As the other migrations made them; each key begins with the scenario here, as Citus wants it of what it distributes by it. */
const sharded: readonly Sharded[] = [
  { table: "dataset", key: ["id"], unique: { name: "dataset_name_unique", columns: ["name"] } },
  {
    table: "entity_group",
    key: ["id"],
    unique: { name: "entity_group_name_unique", columns: ["dataset_id", "name"] },
    parent: { name: "entity_group_dataset", column: "dataset_id", table: "dataset" },
  },
  {
    table: "attribute",
    key: ["id"],
    unique: { name: "attribute_name_unique", columns: ["entity_group_id", "name"] },
    parent: { name: "attribute_entity_group", column: "entity_group_id", table: "entity_group" },
  },
  {
    table: "initial_dataset",
    key: ["dataset_id"],
    parent: { name: "initial_dataset_dataset", column: "dataset_id", table: "dataset" },
  },
  {
    table: "initial_chunk",
    key: ["dataset_id", "sequence"],
    parent: { name: "initial_chunk_dataset", column: "dataset_id", table: "initial_dataset" },
  },
  {
    table: "initial_array",
    key: ["dataset_id", "attribute_id"],
    parent: { name: "initial_array_dataset", column: "dataset_id", table: "initial_dataset" },
  },
  {
    table: "update",
    key: ["id"],
    unique: { name: "update_once", columns: ["dataset_id", "timestamp", "iteration"] },
  },
  { table: "update_array", key: ["update_id", "attribute_id"] },
  {
    table: "shared_array",
    key: ["id"],
    parent: { name: "shared_array_attribute", column: "attribute_id", table: "attribute" },
  },
  {
    table: "snapshot",
    key: ["id"],
    unique: { name: "snapshot_once", columns: ["entity_group_id", "timestamp", "iteration"] },
    parent: { name: "snapshot_entity_group", column: "entity_group_id", table: "entity_group" },
  },
  {
    table: "snapshot_array",
    key: ["snapshot_id", "attribute_id"],
    parent: { name: "snapshot_array_snapshot", column: "snapshot_id", table: "snapshot" },
  },
];

const numbered = ["scenario", ...sharded.filter(({ key }) => key.join() === "id").map(({ table }) => table)];

type Statement = RawBuilder<unknown>;

/**
 * All tables, which nobody has filled yet. In a transaction of its own: of a role that is no superuser Citus distributes only
 * what was committed (42P01).
 */
export function distribute(options: SimulationMigrationOptions): Migration {
  return { up: (db: Kysely<unknown>) => runAll(db, statements(options)) };
}

function statements(options: SimulationMigrationOptions): Statement[] {
  return [
    ...allowTriggers(options),
    // Tables are made and altered one after another on all workers, within one transaction.
    sql`set local citus.multi_shard_modify_mode = 'sequential'`,
    ...numbered.flatMap((table) => numberBySequence(options, table)),
    ...sharded.flatMap((spec) => dropKeys(options, spec)),
    ...sharded.flatMap((spec) => addKeys(options, spec)),
    sql`select create_reference_table(${regclass(options, "scenario")})`,
    ...sharded.map(({ table }) => shard(options, table)),
    addParentKey(options, {
      table: "dataset",
      columns: ["scenario_id"],
      parent: { name: "dataset_scenario", table: "scenario", key: ["id"] },
    }),
    ...sharded.flatMap(({ table, parent }) => {
      if (parent === undefined) return [];
      const key = sharded.find((spec) => spec.table === parent.table)?.key ?? [];
      const columns = ["scenario_id", parent.column];
      return addParentKey(options, { table, columns, parent: { ...parent, key: ["scenario_id", ...key] } });
    }),
    everyArray(options),
  ];
}

/** Of identities Citus takes those of bigint only. */
function numberBySequence(options: SimulationMigrationOptions, table: string): Statement[] {
  const name = tableName(options, table);
  const sequence = `${table}_id_seq`;
  return [
    sql`alter table ${name} alter column id drop identity`,
    sql`create sequence ${tableName(options, sequence)} owned by ${name}.id`,
    sql`alter table ${name} alter column id set default nextval(${regclass(options, sequence)})`,
  ];
}

function dropKeys(options: SimulationMigrationOptions, { table, unique, parent }: Sharded): Statement[] {
  const names = [
    `${table}_pkey`,
    unique?.name,
    parent?.name,
    table === "dataset" ? "dataset_scenario" : null,
  ];
  return names
    .filter((name) => typeof name === "string")
    .map(
      (name) =>
        sql`alter table ${tableName(options, table)} drop constraint if exists ${sql.id(name)} cascade`,
    );
}

function addKeys(options: SimulationMigrationOptions, { table, key, unique }: Sharded): Statement[] {
  const name = tableName(options, table);
  const column =
    table === "dataset" ? [] : [sql`alter table ${name} add column scenario_id integer not null`];
  const keys = [
    sql`alter table ${name} add constraint ${sql.id(`${table}_pkey`)} primary key (${withScenario(key)})`,
  ];
  if (unique !== undefined) {
    keys.push(
      sql`alter table ${name} add constraint ${sql.id(unique.name)} unique (${withScenario(unique.columns)})`,
    );
  }
  return [...column, ...keys];
}

function shard(options: SimulationMigrationOptions, table: string): Statement {
  const together = table === "dataset" ? sql.lit("none") : qualified(options, "dataset");
  return sql`select create_distributed_table(${regclass(options, table)}, 'scenario_id', colocate_with => ${together})`;
}

interface ParentKey {
  table: string;
  columns: readonly string[];
  parent: { name: string; table: string; key: readonly string[] };
}

function addParentKey(options: SimulationMigrationOptions, { table, columns, parent }: ParentKey): Statement {
  const list = (names: readonly string[]) => sql.join(names.map((name) => sql.id(name)));
  return sql`alter table ${tableName(options, table)} add constraint ${sql.id(parent.name)}
    foreign key (${list(columns)}) references ${tableName(options, parent.table)} (${list(parent.key)}) on delete cascade`;
}

/** As it was, and whose they are. */
function everyArray(options: SimulationMigrationOptions): Statement {
  const table = (name: string) => tableName(options, name);
  const columns = sql.join(arrayColumnNames.map((name) => sql.ref(name)));
  return sql`
    create or replace view ${table("every_update_array")} as
      select update_id, attribute_id, ${columns}, scenario_id from ${table("update_array")}
      union all
      select u.id, s.attribute_id, ${columns}, u.scenario_id
      from ${table("update")} u
        cross join unnest(u.shared_arrays) as named (id)
        join ${table("shared_array")} s on s.scenario_id = u.scenario_id and s.id = named.id`;
}

function withScenario(columns: readonly string[]): Statement {
  return sql.join(["scenario_id", ...columns].map((column) => sql.id(column)));
}

/** The name of a table as a text that SQL reads again. */
function qualified({ schema }: SimulationMigrationOptions, table: string): Statement {
  return sql.lit([schema, table].map((name) => `"${name.replaceAll('"', '""')}"`).join("."));
}

function regclass(options: SimulationMigrationOptions, name: string): Statement {
  return sql`${qualified(options, name)}::regclass`;
}
