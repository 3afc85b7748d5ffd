// One attribute of a group over time.

import { convertArray, entityCount } from "../arrays/index.ts";
import type { JsonValue, SimulationArray } from "../types.ts";
import { Column, type ColumnFacts, toLong } from "./column.ts";
import type { DatasetContext } from "./context.ts";
import type { GroupProgress } from "./groupProgress.ts";
import { requireGroup, requireIds } from "./state.ts";
import { toDate } from "./timeline.ts";
import { type AttributeValues, type JsonArray, toJsonArray, type ValuesOptions } from "./values.ts";
import { walk } from "./walk.ts";

export interface AttributeSeries {
  group: string;
  attribute: string;
  /** Of the group's updates in the window; where there are none, the beginning of the window, or 0. */
  timestamps: readonly number[];
  /** Of the timestamps, where the results have a timeline; else null. */
  dates: readonly Date[] | null;
  ids: readonly number[];
  /** For each timestamp a row for each id, undefined before the entity appeared. All of one type. */
  data: readonly AttributeValues[];
}

export interface SeriesQuery {
  group: string;
  attribute: string;
  from?: number;
  to?: number;
  /** Only these, in this order; default: all. */
  ids?: readonly number[];
}

/**
 * Without rows and times for an attribute that the group never has.
 *
 * @throws CopycatError NOT_FOUND for a group, or an id, that is not there
 */
export async function readSeries(context: DatasetContext, query: SeriesQuery): Promise<AttributeSeries> {
  const { group, attribute, ids } = query;
  const timestamps: number[] = [];
  const arrays: SimulationArray[] = [];
  let last: GroupProgress | undefined;
  for await (const { progress, timestamp, isStart } of walk(context, { ...query, attributes: [attribute] })) {
    last = progress;
    if (isStart || timestamp === null) continue;
    timestamps.push(timestamp);
    arrays.push(read(progress, query));
  }
  const isKnown = last?.attributes.includes(attribute) === true;
  const later = isKnown ? undefined : (await requireGroup(context, group)).get(attribute);
  if (last === undefined || (!isKnown && later === undefined)) return emptySeries(context, query);
  if (ids !== undefined) requireIds(context, { group, ids, progress: last });
  if (timestamps.length === 0) {
    timestamps.push(windowStart(query));
    arrays.push(read(last, query));
  }
  const count = ids?.length ?? last.ids.length;
  const facts: ColumnFacts = isKnown ? last.read(attribute, []) : (later as ColumnFacts);
  const data = alike(arrays, facts, count).map((array) => ({
    type: facts.type,
    array,
    ...context.meaningOf(group, attribute),
  }));
  return {
    group,
    attribute,
    timestamps,
    dates: datesOf(context, timestamps),
    ids: ids ?? [...last.ids],
    data,
  };
}

function read(progress: GroupProgress, { attribute, ids }: SeriesQuery): SimulationArray {
  return progress.read(attribute, ids?.map((id) => progress.rowOf(id)) ?? null).array;
}

/** Earlier arrays may have fewer entities, and a narrower type. */
function alike(arrays: readonly SimulationArray[], facts: ColumnFacts, count: number): SimulationArray[] {
  const widest = arrays.at(-1)?.dtype;
  return arrays.map((array) => {
    const all = padded(array, facts, count);
    const whole = facts.type === null ? all : convertArray(all, facts.type);
    return widest === "<i8" ? toLong(whole) : whole;
  });
}

/** Also an array of undefined values alone gets the layout of the others. */
function padded(array: SimulationArray, facts: ColumnFacts, count: number): SimulationArray {
  const hasLayout = (array.rowPtr !== undefined) === facts.isRagged;
  const isAlike = hasLayout && array.shape.length === facts.components.length + 1;
  if (entityCount(array) === count && isAlike) return array;
  const column = new Column(facts);
  column.write(array, null, { length: count, where: "a series" });
  return column.read(count);
}

export function windowStart({ from, to }: { from?: number; to?: number }): number {
  return from ?? Math.min(0, to ?? 0);
}

export function datesOf({ timeline }: DatasetContext, timestamps: readonly number[]): Date[] | null {
  return timeline === null ? null : timestamps.map((timestamp) => toDate(timeline, timestamp));
}

function emptySeries(context: DatasetContext, { group, attribute }: SeriesQuery): AttributeSeries {
  return { group, attribute, timestamps: [], dates: datesOf(context, []), ids: [], data: [] };
}

/** `{ timestamps, id, data: [{ data, indptr? }] }`, an element of `data` for each timestamp. */
export function seriesToJson(
  { timestamps, ids, data }: AttributeSeries,
  options: ValuesOptions = {},
): { timestamps: number[]; id: JsonValue[]; data: JsonArray[] } {
  return {
    timestamps: [...timestamps],
    id: [...ids],
    data: data.map((values) => toJsonArray(values, options)),
  };
}
