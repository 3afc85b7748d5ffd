// What holds after each timestamp, as arrays over time and entities; values are carried forward until they change.

import type { GrowingDataset, Hdf5Writer, WriteValue } from "../../hdf5/index.ts";
import { undefinedMask } from "../arrays/index.ts";
import type { GroupData, JsonObject } from "../types.ts";
import type { ColumnPlan } from "./attributeFacts.ts";
import { denseValues, fillValues, hdf5Type, type Values, widthOf } from "./column.ts";
import { gzipLevel } from "./layout.ts";
import { linkName } from "./names.ts";
import { type EntityId, entityIds, type GroupSurvey } from "./survey.ts";
import { fillAttribute } from "./updateColumns.ts";

export interface StatePlan {
  dataset: string;
  group: string;
  survey: GroupSurvey;
  /** How many values there may be; falls by those that are planned. */
  budget: { values: number };
  /** What readers know dates by. */
  timeAttributes: Record<string, WriteValue>;
  /** The special value of an attribute, where there is one. */
  special: (attribute: string) => JsonObject[string] | undefined;
  /** Told of each array that is written, by its path. */
  onArray: (path: string) => void;
  /** Told of what is left out. */
  onNotice: (notice: string) => void;
}

export class StateArrays {
  private readonly places: ReadonlyMap<EntityId, number>;
  private readonly arrays = new Map<string, StateArray>();

  private constructor(places: ReadonlyMap<EntityId, number>) {
    this.places = places;
  }

  /** Null when there is nothing to write. */
  static begin(writer: Hdf5Writer, plan: StatePlan): StateArrays | null {
    const { survey, dataset, group } = plan;
    if (survey.lacksIds) {
      plan.onNotice(`${dataset}, ${group} has no states: some of its entities have no ids.`);
      return null;
    }
    if (survey.places.size === 0) return null;
    const path = `/states/${linkName(dataset)}/${linkName(group)}`;
    const times = survey.timestamps.length === 0 ? [0] : survey.timestamps;
    writer.group(path, { name: group });
    writer.dataset(`${path}/time`, {
      data: BigInt64Array.from(times, BigInt),
      attributes: { long_name: "simulation time", ...plan.timeAttributes },
    });
    writer.dataset(`${path}/id`, { data: idValues([...survey.places.keys()]) });
    writer.scale(`${path}/time`);
    writer.scale(`${path}/id`);
    const states = new StateArrays(survey.places);
    const scales = new ComponentScales(writer, path);
    for (const [attribute, facts] of survey.states) {
      if (attribute === "id") continue;
      const column = facts.planUniform();
      const values = times.length * survey.places.size * widthOf(column);
      const label = `${dataset}, ${group}.${attribute}`;
      if (column.isRagged) plan.onNotice(`${label} has no states: its rows are ragged.`);
      else if (values > plan.budget.values) {
        plan.onNotice(
          `${label} has no states: ${values} values are too many; an export of all states takes them.`,
        );
      } else {
        plan.budget.values -= values;
        const shape = [times.length, survey.places.size, ...column.inner] as const;
        plan.onArray(`${path}/${linkName(attribute)}`);
        const array = new StateArray(writer, column, {
          path: `${path}/${linkName(attribute)}`,
          shape,
          attributes: describe(attribute, plan),
        });
        const axes = [`${path}/time`, `${path}/id`, ...column.inner.map((length) => scales.of(length))];
        writer.attachScales(`${path}/${linkName(attribute)}`, axes);
        states.arrays.set(attribute, array);
      }
    }
    return states;
  }

  /** Undefined values change nothing. */
  apply(arrays: GroupData): void {
    const ids = arrays.get("id");
    if (ids === undefined) return;
    const places = entityIds(ids).map((id) => this.places.get(id ?? "") ?? -1);
    for (const [attribute, array] of arrays) this.arrays.get(attribute)?.apply(array, places);
  }

  /** What holds now is the state of the next timestamp. */
  step(): void {
    for (const array of this.arrays.values()) array.step();
  }
}

function describe(attribute: string, { group, special }: StatePlan): Record<string, WriteValue> {
  const value = special(attribute);
  return {
    name: attribute,
    long_name: `${attribute} of ${group}`,
    ...(value === undefined ? {} : { special: JSON.stringify(value) }),
  };
}

function idValues(ids: readonly EntityId[]): Values {
  if (ids.some((id) => typeof id === "string")) return ids.map(String);
  return BigInt64Array.from(ids as (number | bigint)[], BigInt);
}

/** Readers want a scale for every axis; those of components are shared. */
class ComponentScales {
  private readonly writer: Hdf5Writer;
  private readonly path: string;
  private readonly made = new Set<string>();

  constructor(writer: Hdf5Writer, path: string) {
    this.writer = writer;
    this.path = path;
  }

  of(length: number): string {
    const scale = `${this.path}/component_${length}`;
    if (!this.made.has(scale)) {
      this.writer.dataset(scale, { data: Int32Array.from({ length }, (_, index) => index) });
      this.writer.scale(scale);
      this.made.add(scale);
    }
    return scale;
  }
}

interface ArrayPlace {
  path: string;
  shape: readonly [number, ...number[]];
  attributes: Record<string, WriteValue>;
}

class StateArray {
  private readonly plan: ColumnPlan;
  private readonly dataset: GrowingDataset;
  private readonly width: number;
  private current: Values;

  constructor(writer: Hdf5Writer, plan: ColumnPlan, { path, shape, attributes }: ArrayPlace) {
    this.plan = plan;
    this.width = widthOf(plan);
    this.dataset = writer.growing(path, {
      dtype: hdf5Type(plan),
      shape,
      gzip: gzipLevel,
      attributes: { ...attributes, ...fillAttribute(plan) },
    });
    this.current = fillValues(
      plan,
      shape.slice(1).reduce((product, length) => product * length, 1),
    );
  }

  apply(array: Parameters<typeof denseValues>[1], places: readonly number[]): void {
    const { width } = this;
    const values = denseValues(this.plan, array);
    const isNone = undefinedMask(array);
    const current = this.current as Record<number, unknown>;
    for (const [entity, place] of places.entries()) {
      if (place < 0 || isNone[entity] === true) continue;
      for (let k = 0; k < width; k++) current[place * width + k] = values[entity * width + k];
    }
  }

  step(): void {
    // What is appended must not change any more.
    this.dataset.append(this.current.slice());
  }
}
