// Names of datasets, groups and attributes -> their numbers in the store, and what is known of attributes.

import type { Pool, PoolClient } from "pg";
import type { AttributeType } from "../types.ts";
import { lockNames } from "./locks.ts";
import { andShard, shardColumn, shardValue, type Tables } from "./tables.ts";

export interface AttributeEntry {
  readonly id: number;
  readonly name: string;
  readonly group: GroupEntry;
  /** Null until the first value that is defined. */
  type: AttributeType | null;
  /** Whether rows are ragged, and components of each element; null as the type. */
  isRagged: boolean | null;
  components: number | null;
}

export interface GroupEntry {
  readonly id: number;
  readonly name: string;
  readonly attributes: Map<string, AttributeEntry>;
}

export interface DatasetEntry {
  readonly id: number;
  readonly name: string;
  readonly groups: Map<string, GroupEntry>;
}

export interface Names {
  dataset: string;
  group?: string;
  attribute?: string;
}

export interface DictionaryScope {
  tables: Tables;
  scenarioId: number;
}

interface DictionaryRow {
  dataset_id: number;
  dataset: string;
  group_id: number | null;
  group_name: string | null;
  attribute_id: number | null;
  attribute: string | null;
  type: AttributeType | null;
  is_ragged: boolean | null;
  components: number | null;
}

/** What the store has of these datasets, or of all; in the order in which the names came. */
export async function readDictionary(
  db: Pool | PoolClient,
  { tables, scenarioId }: DictionaryScope,
  datasets: readonly string[] | null,
): Promise<Map<string, DatasetEntry>> {
  const { rows } = await db.query<DictionaryRow>(
    `select d.id as dataset_id, d.name as dataset, g.id as group_id, g.name as group_name, a.id as attribute_id,
        a.name as attribute, a.type, a.is_ragged, a.components
      from ${tables.dataset} d left join ${tables.group} g on g.dataset_id = d.id
        left join ${tables.attribute} a on a.entity_group_id = g.id
      where d.scenario_id = $1 and ($2::text[] is null or d.name = any($2))
      order by d.id, g.id, a.id`,
    [scenarioId, datasets],
  );
  const found = new Map<string, DatasetEntry>();
  for (const row of rows) {
    let dataset = found.get(row.dataset);
    if (dataset === undefined) {
      dataset = { id: row.dataset_id, name: row.dataset, groups: new Map() };
      found.set(row.dataset, dataset);
    }
    addRow(dataset, row);
  }
  return found;
}

function addRow(dataset: DatasetEntry, row: DictionaryRow): void {
  if (row.group_id === null || row.group_name === null) return;
  let group = dataset.groups.get(row.group_name);
  if (group === undefined) {
    group = { id: row.group_id, name: row.group_name, attributes: new Map() };
    dataset.groups.set(row.group_name, group);
  }
  if (row.attribute_id === null || row.attribute === null) return;
  const { type, is_ragged: isRagged, components } = row;
  group.attributes.set(row.attribute, {
    id: row.attribute_id,
    name: row.attribute,
    group,
    type,
    isRagged,
    components,
  });
}

/** The entries of one transaction: what it added is nobody else's before it commits. */
export class Dictionary {
  readonly #scope: DictionaryScope;
  #datasets = new Map<string, DatasetEntry>();

  constructor(scope: DictionaryScope) {
    this.#scope = scope;
  }

  get(dataset: string): DatasetEntry | undefined {
    return this.#datasets.get(dataset);
  }

  /** Takes over what a transaction that has committed knows. */
  adopt(entry: DatasetEntry): void {
    this.#datasets.set(entry.name, entry);
  }

  forget(): void {
    this.#datasets.clear();
  }

  attribute(dataset: string, group: string, attribute: string): AttributeEntry | undefined {
    return this.#datasets.get(dataset)?.groups.get(group)?.attributes.get(attribute);
  }

  has({ dataset, group, attribute }: Names): boolean {
    const entry = this.#datasets.get(dataset);
    if (group === undefined) return entry !== undefined;
    const attributes = entry?.groups.get(group)?.attributes;
    return attribute === undefined ? attributes !== undefined : attributes?.has(attribute) === true;
  }

  /** Reads these datasets again. */
  async read(client: Pool | PoolClient, datasets: readonly string[]): Promise<void> {
    for (const dataset of datasets) this.#datasets.delete(dataset);
    for (const entry of (await readDictionary(client, this.#scope, datasets)).values()) this.adopt(entry);
  }

  /** Makes what is missing, inside a transaction. */
  async ensure(client: PoolClient, names: readonly Names[]): Promise<void> {
    const datasets = [...new Set(names.filter((name) => !this.has(name)).map(({ dataset }) => dataset))];
    if (datasets.length === 0) return;
    await this.read(client, datasets);
    const missing = names.filter((name) => !this.has(name));
    if (missing.length === 0) return;
    await this.#add(client, missing);
    await this.read(client, datasets);
  }

  async #add(client: PoolClient, names: readonly Names[]): Promise<void> {
    const { tables, scenarioId } = this.#scope;
    await lockNames(client, this.#scope);
    const groups = names.filter(({ group }) => group !== undefined);
    const attributes = names.filter(({ attribute }) => attribute !== undefined);
    await client.query(
      `insert into ${tables.into.dataset} (scenario_id, name)
        select $1, n.name from unnest($2::text[]) with ordinality n (name, place)
        group by n.name order by min(n.place)
        on conflict on constraint dataset_name_unique do nothing`,
      [scenarioId, names.map(({ dataset }) => dataset)],
    );
    if (groups.length === 0) return;
    await client.query(
      `insert into ${tables.into.group} (${shardColumn(tables)}dataset_id, name)
        select ${shardValue(tables)}d.id, n.name
        from unnest($2::text[], $3::text[]) with ordinality n (dataset, name, place)
          join ${tables.dataset} d on d.scenario_id = $1 and d.name = n.dataset
        group by d.id, n.name order by min(n.place)
        on conflict on constraint entity_group_name_unique do nothing`,
      [scenarioId, groups.map(({ dataset }) => dataset), groups.map(({ group }) => group)],
    );
    await client.query(
      `insert into ${tables.into.attribute} (${shardColumn(tables)}entity_group_id, name)
        select ${shardValue(tables)}g.id, n.name
        from unnest($2::text[], $3::text[], $4::text[]) with ordinality n (dataset, group_name, name, place)
          join ${tables.dataset} d on d.scenario_id = $1 and d.name = n.dataset
          join ${tables.group} g on g.dataset_id = d.id and g.name = n.group_name
        group by g.id, n.name order by min(n.place)
        on conflict on constraint attribute_name_unique do nothing`,
      [
        scenarioId,
        attributes.map(({ dataset }) => dataset),
        attributes.map(({ group }) => group),
        attributes.map(({ attribute }) => attribute),
      ],
    );
  }

  /**
   * Writes what was learnt of attributes. False when somebody else learnt something else meanwhile: then the entries
   * must be read again, and what was decided by them decided anew.
   */
  async learn(client: PoolClient, attributes: ReadonlySet<AttributeEntry>): Promise<boolean> {
    if (attributes.size === 0) return true;
    const entries = [...attributes];
    const { tables } = this.#scope;
    await lockNames(client, this.#scope);
    const { rowCount } = await client.query(
      `update ${tables.into.attribute} a set type = n.type, is_ragged = n.is_ragged, components = n.components
        from unnest($1::int[], $2::text[], $3::bool[], $4::int[]) n (id, type, is_ragged, components)
        where a.id = n.id and (a.type is null or a.type = n.type or (a.type = 'int' and n.type = 'float'))
          and (a.is_ragged is null or a.is_ragged = n.is_ragged)
          and (a.components is null or a.components = n.components)${andShard(tables, "a")}`,
      [
        entries.map(({ id }) => id),
        entries.map(({ type }) => type),
        entries.map(({ isRagged }) => isRagged),
        entries.map(({ components }) => components),
      ],
    );
    return rowCount === entries.length;
  }
}
