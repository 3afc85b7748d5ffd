// One entity over time, with all its attributes.

import { CopycatError } from "../../errors.ts";
import type { JsonValue } from "../types.ts";
import { Column } from "./column.ts";
import type { DatasetContext } from "./context.ts";
import type { GroupProgress } from "./groupProgress.ts";
import { datesOf, windowStart } from "./series.ts";
import { readState, requireAttributes, requireGroup } from "./state.ts";
import { type AttributeValues, toJsonValues, type ValuesOptions, valuesOf } from "./values.ts";
import { type Step, walk } from "./walk.ts";

export interface EntitySeries {
  group: string;
  id: number;
  /** As those of a series. */
  timestamps: readonly number[];
  dates: readonly Date[] | null;
  /** Arrays along time: row i is the value at timestamp i; a ragged attribute has a list for each time. */
  attributes: ReadonlyMap<string, AttributeValues>;
}

export type Selector = number | string | boolean;

export interface EntityQuery {
  group: string;
  selector: Selector;
  /** The attribute that tells the entity; default `id`. Others are looked at in the state at time 0. */
  key?: string;
  from?: number;
  to?: number;
  attributes?: readonly string[];
}

/** @throws CopycatError NOT_FOUND when there is no such group, attribute or entity; USAGE for a key of several values */
export async function readEntity(context: DatasetContext, query: EntityQuery): Promise<EntitySeries> {
  const { group, attributes } = query;
  const id = await findId(context, query);
  const known = attributes === undefined ? await requireGroup(context, group) : new Map();
  const columns = new Map<string, Column>([...known].map(([name, facts]) => [name, new Column(facts)]));
  const timestamps: number[] = [];
  const add = ({
    progress,
    timestamp,
  }: Omit<Step, "isStart" | "timestamp"> & { timestamp: number }): void => {
    addTime({ columns, progress, id, time: timestamps.push(timestamp) - 1 });
  };
  let last: GroupProgress | undefined;
  for await (const { progress, timestamp, isStart } of walk(context, { ...query, known })) {
    last = progress;
    if (!isStart && timestamp !== null) add({ progress, timestamp });
  }
  const missing = attributes?.filter((name) => name !== "id" && !columns.has(name)) ?? [];
  const isThere = last !== undefined && last.rowOf(id) >= 0;
  if (missing.length > 0 || !isThere) {
    // A name that no time knows is a mistake; others come later, and are undefined.
    const all = await requireGroup(context, group);
    requireAttributes(context, { group, wanted: missing, known: all });
    for (const name of missing) columns.set(name, new Column(all.get(name)));
  }
  if (last === undefined || !isThere) throw notFound(context, query);
  if (timestamps.length === 0) add({ progress: last, timestamp: windowStart(query) });
  const values = (name: string, column: Column): AttributeValues => ({
    type: column.facts.type,
    array: column.read(timestamps.length),
    ...context.meaningOf(group, name),
  });
  return {
    group,
    id,
    timestamps,
    dates: datesOf(context, timestamps),
    attributes: new Map([...columns].map(([name, column]) => [name, values(name, column)])),
  };
}

interface Moment {
  columns: Map<string, Column>;
  progress: GroupProgress;
  id: number;
  /** Index of the timestamp. */
  time: number;
}

function addTime({ columns, progress, id, time }: Moment): void {
  const row = progress.rowOf(id);
  if (row < 0) return;
  for (const name of progress.attributes) {
    const column = columns.get(name) ?? new Column();
    columns.set(name, column);
    column.write(progress.read(name, [row]).array, [time], { length: time + 1, where: name });
  }
}

async function findId(context: DatasetContext, query: EntityQuery): Promise<number> {
  const { group, selector, key = "id" } = query;
  if (key === "id") {
    const id = /^-?\d+$/.test(String(selector)) ? Number(selector) : Number.NaN;
    if (!Number.isSafeInteger(id)) throw notFound(context, query);
    return id;
  }
  const state = await stateOfKeys(context, group, key);
  const values = state.attributes.get(key);
  if (values?.array.rowPtr !== undefined || (values?.array.shape.length ?? 1) > 1) {
    throw new CopycatError(
      "USAGE",
      `${key} of ${context.dataset}.${group} has several values for each entity, so that none is told by it; choose another key.`,
    );
  }
  const row = valuesOf(values).findIndex(
    // Beyond 2^53 a selector is exact as a text of digits.
    (value) => value === selector || (typeof value === "bigint" && String(value) === String(selector)),
  );
  const id = state.ids[row];
  if (id === undefined) throw notFound(context, query);
  return id;
}

/** At time 0; where there are no entities yet, at the first time that has some. */
async function stateOfKeys(
  context: DatasetContext,
  group: string,
  key: string,
): Promise<Awaited<ReturnType<typeof readState>>> {
  const state = await readState(context, { group, at: 0, attributes: [key] });
  if (state.ids.length > 0) return state;
  const [first = 0] = await context.source.listTimestamps(context.dataset, group);
  return readState(context, { group, at: first, attributes: [key] });
}

function notFound({ dataset }: DatasetContext, { group, selector, key = "id" }: EntityQuery): CopycatError {
  return new CopycatError("NOT_FOUND", `Entity not found where ${key}==${selector} in ${dataset}.${group}.`);
}

/** `{ timestamps, data: { attribute: [value at each time] } }`; a ragged attribute has lists. */
export function entityToJson(
  { timestamps, attributes }: EntitySeries,
  options: ValuesOptions = {},
): { timestamps: number[]; data: Record<string, JsonValue[]> } {
  return {
    timestamps: [...timestamps],
    data: Object.fromEntries([...attributes].map(([name, values]) => [name, toJsonValues(values, options)])),
  };
}
