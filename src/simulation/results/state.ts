// A group at one time.

import { CopycatError } from "../../errors.ts";
import { didYouMean } from "../../suggest.ts";
import type { JsonObject, SimulationArray } from "../types.ts";
import type { ColumnFacts } from "./column.ts";
import type { DatasetContext } from "./context.ts";
import type { GroupProgress } from "./groupProgress.ts";
import { type AttributeValues, toJsonArray, type ValuesOptions } from "./values.ts";
import { walk } from "./walk.ts";

type Columns = ReadonlyMap<string, ColumnFacts>;

export interface GroupState {
  group: string;
  /** The time asked for, else that of the last update; null where neither is. */
  timestamp: number | null;
  /** In order of appearance: of the initial data first. */
  ids: readonly number[];
  /** A row for each id. */
  attributes: ReadonlyMap<string, AttributeValues>;
}

export interface StateQuery {
  group: string;
  /** Updates of this timestamp are in it; default: the end. */
  at?: number;
  attributes?: readonly string[];
  /** Only these entities, in this order. */
  ids?: readonly number[];
}

/** @throws CopycatError NOT_FOUND for a group, or an attribute, that no time has */
export async function readState(context: DatasetContext, query: StateQuery): Promise<GroupState> {
  const { group, at, attributes, ids } = query;
  const known = attributes === undefined ? await requireGroup(context, group) : undefined;
  const steps = walk(context, {
    ...query,
    // Beyond all updates: none of them is stopped at.
    from: at === undefined ? Number.POSITIVE_INFINITY : at + 1,
    ...(at === undefined ? {} : { to: at }),
    ...(known === undefined ? {} : { known }),
  });
  for await (const { progress, timestamp } of steps) {
    const wanted = attributes ?? progress.attributes;
    const later = await laterFacts(context, query, { progress, wanted });
    if (ids !== undefined) requireIds(context, { group, ids, progress });
    const taken = { group, progress, attributes: wanted, later, timestamp: at ?? timestamp };
    return takeState(context, { ...taken, ...(ids === undefined ? {} : { ids }) });
  }
  throw new CopycatError("INTERNAL", "A walk has no first step.");
}

/** The state after each timestamp, in one pass. */
export async function* readStates(
  context: DatasetContext,
  query: { group: string; attributes?: readonly string[]; from?: number; to?: number },
): AsyncGenerator<GroupState & { timestamp: number }> {
  const { group, attributes } = query;
  const known = await requireGroup(context, group);
  const wanted = attributes ?? [...known.keys()];
  requireAttributes(context, { group, wanted, known });
  for await (const { progress, timestamp, isStart } of walk(context, { ...query, known })) {
    if (isStart || timestamp === null) continue;
    yield { ...takeState(context, { group, progress, attributes: wanted, timestamp }), timestamp };
  }
}

/**
 * The attributes that a group ever has.
 *
 * @throws CopycatError NOT_FOUND
 */
export async function requireGroup(context: DatasetContext, group: string): Promise<Columns> {
  const groups = await context.columns();
  const columns = groups.get(group);
  if (columns !== undefined) return columns;
  const others = groups.size === 0 ? "it has none" : `it has ${[...groups.keys()].join(", ")}`;
  throw new CopycatError(
    "NOT_FOUND",
    `The dataset ${context.dataset} has no group ${group}${didYouMean(group, groups.keys())}; ${others}.`,
  );
}

/** Facts of what nothing spoke of up to now, so that it can be undefined; a name that no time knows is a mistake. */
async function laterFacts(
  context: DatasetContext,
  { group }: StateQuery,
  { progress, wanted }: { progress: GroupProgress; wanted: readonly string[] },
): Promise<Columns> {
  const present = new Set(progress.attributes);
  if (progress.ids.length > 0 && wanted.every((name) => present.has(name) || name === "id")) return new Map();
  const known = await requireGroup(context, group);
  requireAttributes(context, { group, wanted, known });
  return known;
}

/** @throws CopycatError NOT_FOUND */
export function requireAttributes(
  { dataset }: DatasetContext,
  { group, wanted, known }: { group: string; wanted: readonly string[]; known: ReadonlyMap<string, unknown> },
): void {
  const missing = wanted.find((name) => name !== "id" && !known.has(name));
  if (missing === undefined) return;
  throw new CopycatError(
    "NOT_FOUND",
    `${dataset}.${group} has no attribute ${missing}${didYouMean(missing, known.keys())}; it has ${[...known.keys()].join(", ") || "none"}.`,
  );
}

/** @throws CopycatError NOT_FOUND */
export function requireIds(
  { dataset }: DatasetContext,
  { group, ids, progress }: { group: string; ids: readonly number[]; progress: GroupProgress },
): void {
  const missing = ids.filter((id) => progress.rowOf(id) < 0);
  if (missing.length === 0) return;
  const some = missing.slice(0, 10).join(", ");
  throw new CopycatError(
    "NOT_FOUND",
    `Entity not found in ${dataset}.${group}: no id ${some} up to that time.`,
  );
}

interface Taken {
  group: string;
  progress: GroupProgress;
  attributes: readonly string[];
  later?: Columns;
  ids?: readonly number[];
  timestamp: number | null;
}

function takeState(
  context: DatasetContext,
  { group, progress, attributes, later, ids, timestamp }: Taken,
): GroupState {
  const rows = ids?.map((id) => progress.rowOf(id)) ?? null;
  const values = new Map<string, AttributeValues>();
  for (const name of attributes) {
    if (name === "id") continue;
    const { type, array } = progress.read(name, rows, later?.get(name));
    values.set(name, { type, array, ...context.meaningOf(group, name) });
  }
  return { group, timestamp, ids: ids ?? [...progress.ids], attributes: values };
}

/**
 * `{ id: { data }, attribute: { data, indptr? } }`; null for undefined.
 *
 * @example
 * stateToJson(state); // { id: { data: [1, 2] }, speed: { data: [50, null] } }
 */
export function stateToJson({ ids, attributes }: GroupState, options: ValuesOptions = {}): JsonObject {
  return Object.fromEntries([
    ["id", { data: [...ids] }],
    ...[...attributes].map(([name, values]) => [name, { ...toJsonArray(values, options) }]),
  ]) as JsonObject;
}

/** The state of the first entities only. */
export function firstEntities(state: GroupState, count: number): GroupState {
  if (state.ids.length <= count) return state;
  const cut = ([name, values]: [string, AttributeValues]): [string, AttributeValues] => [
    name,
    { ...values, array: firstRows(values.array, count) },
  ];
  return { ...state, ids: state.ids.slice(0, count), attributes: new Map([...state.attributes].map(cut)) };
}

function firstRows({ dtype, shape, data, rowPtr }: SimulationArray, count: number): SimulationArray {
  const elements = rowPtr === undefined ? count : Number(rowPtr[count]);
  const width = shape.slice(1).reduce((product, length) => product * length, 1);
  return {
    dtype,
    shape: [elements, ...shape.slice(1)],
    data: data.slice(0, elements * width),
    ...(rowPtr === undefined ? {} : { rowPtr: rowPtr.slice(0, count + 1) }),
  };
}
