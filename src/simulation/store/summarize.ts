// A dataset in numbers: how many updates, from when to when, and the least and greatest value of each attribute.

import type { Database } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import type { AttributeType, InitialFormat } from "../types.ts";
import type { DictionaryScope } from "./dictionary.ts";
import type { Tables } from "./tables.ts";

export interface AttributeSummary {
  name: string;
  /** Null while all values are undefined. */
  type: AttributeType | null;
  isRagged: boolean;
  /** Numbers in one value; null while all are undefined. */
  components: number | null;
  unit: string | null;
  description: string | null;
  enumName: string | null;
  /** Over the initial dataset and all updates; null of texts and of what is undefined everywhere. */
  min: number | null;
  max: number | null;
  /** Updates that have the attribute. */
  updates: number;
}

export interface DatasetSummary {
  name: string;
  updates: number;
  /** Of the updates; null when there are none. */
  firstTimestamp: number | null;
  lastTimestamp: number | null;
  initialFormat: InitialFormat | null;
  groups: { name: string; attributes: AttributeSummary[] }[];
}

/** @throws CopycatError NOT_FOUND */
export async function summarize(
  { pool }: Database,
  scope: DictionaryScope,
  dataset: string,
): Promise<DatasetSummary> {
  const { rows } = await pool.query<{
    id: number;
    updates: string;
    first: string | null;
    last: string | null;
    format: InitialFormat | null;
  }>(headSql(scope.tables), [scope.scenarioId, dataset]);
  const head = rows[0];
  if (head === undefined) {
    throw new CopycatError(
      "NOT_FOUND",
      `Dataset ${dataset} not found in the scenario. See copycat simulation list.`,
    );
  }
  const summary: DatasetSummary = {
    name: dataset,
    updates: Number(head.updates),
    firstTimestamp: head.first === null ? null : Number(head.first),
    lastTimestamp: head.last === null ? null : Number(head.last),
    initialFormat: head.format,
    groups: [],
  };
  const { rows: attributes } = await pool.query<AttributeRow>(attributesSql(scope.tables), [head.id]);
  for (const row of attributes) addAttribute(summary, row);
  return summary;
}

function headSql({ dataset, update, initial }: Tables): string {
  return `select d.id, count(u.id) as updates, min(u.timestamp) as first, max(u.timestamp) as last, i.format
    from ${dataset} d left join ${update} u on u.dataset_id = d.id left join ${initial} i on i.dataset_id = d.id
    where d.scenario_id = $1 and d.name = $2 group by d.id, i.format`;
}

interface AttributeRow {
  group_name: string;
  name: string;
  type: AttributeType | null;
  is_ragged: boolean | null;
  components: number | null;
  unit: string | null;
  description: string | null;
  enum_name: string | null;
  min: number | null;
  max: number | null;
  updates: string;
}

/** NaN is no value here: `min_val` is NULL where nothing is defined. */
function attributesSql({ group, attribute, update, everyArray, initialArray }: Tables): string {
  return `
    with spans as (
      select a.attribute_id, min(a.min_val) as min, max(a.max_val) as max, count(*) as updates
      from ${update} u join ${everyArray} a on a.update_id = u.id where u.dataset_id = $1 group by a.attribute_id
    )
    select g.name as group_name, t.name, t.type, t.is_ragged, t.components, t.unit, t.description, t.enum_name,
      least(s.min, i.min_val) as min, greatest(s.max, i.max_val) as max, coalesce(s.updates, 0) as updates
    from ${group} g join ${attribute} t on t.entity_group_id = g.id
      left join spans s on s.attribute_id = t.id
      left join ${initialArray} i on i.dataset_id = g.dataset_id and i.attribute_id = t.id
    where g.dataset_id = $1 and (s.attribute_id is not null or i.attribute_id is not null)
    order by g.id, t.id`;
}

function addAttribute(summary: DatasetSummary, row: AttributeRow): void {
  let group = summary.groups.at(-1);
  if (group?.name !== row.group_name) {
    group = { name: row.group_name, attributes: [] };
    summary.groups.push(group);
  }
  group.attributes.push({
    name: row.name,
    type: row.type,
    isRagged: row.is_ragged === true,
    components: row.components,
    unit: row.unit,
    description: row.description,
    enumName: row.enum_name,
    min: row.min,
    max: row.max,
    updates: Number(row.updates),
  });
}
