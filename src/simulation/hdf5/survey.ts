// The first of two passes over the updates of a dataset: what its columns are like, and the extent of its states.

import { undefinedTest } from "../arrays/index.ts";
import type { EntityData, SimulationArray, SimulationUpdate } from "../types.ts";
import { AttributeFacts } from "./attributeFacts.ts";

export interface GroupSurvey {
  /** Of the updates that are written, in the order in which they came. */
  updates: Map<string, AttributeFacts>;
  /** Of the initial data and of all updates up to the last one that is written. */
  states: Map<string, AttributeFacts>;
  /** Where an entity stands in the states; those of the initial data first. */
  places: Map<EntityId, number>;
  /** Of the updates that are written; different ones, ascending. */
  timestamps: number[];
  /** Some array of it has no ids, so that there are no states. */
  lacksIds: boolean;
  /** Of updates that are written. */
  blocks: number;
}

/** Whole numbers that a double does not hold exactly are bigints. */
export type EntityId = number | bigint | string;

export class Survey {
  readonly groups = new Map<string, GroupSurvey>();
  updates = 0;
  private readonly dataset: string;

  constructor(dataset: string) {
    this.dataset = dataset;
  }

  addInitial(data: EntityData): void {
    for (const [name, arrays] of data) {
      const group = this.groupOf(name);
      addIds(group, arrays.get("id"));
      for (const [attribute, array] of arrays) this.factsOf(group.states, name, attribute).add(array);
    }
  }

  /** @param isWritten false for one that the states need and that is not written itself */
  addUpdate({ timestamp, data }: SimulationUpdate, isWritten: boolean): void {
    if (isWritten) this.updates += 1;
    for (const [name, arrays] of data) {
      const group = this.groupOf(name);
      addIds(group, arrays.get("id"));
      for (const [attribute, array] of arrays) {
        if (isWritten) this.factsOf(group.updates, name, attribute).add(array);
        this.factsOf(group.states, name, attribute).add(array);
      }
      if (!isWritten) continue;
      group.blocks += 1;
      if (group.timestamps.at(-1) !== timestamp) group.timestamps.push(timestamp);
    }
  }

  private groupOf(name: string): GroupSurvey {
    let group = this.groups.get(name);
    if (group === undefined) {
      group = {
        updates: new Map(),
        states: new Map(),
        places: new Map(),
        timestamps: [],
        lacksIds: false,
        blocks: 0,
      };
      this.groups.set(name, group);
    }
    return group;
  }

  private factsOf(facts: Map<string, AttributeFacts>, group: string, attribute: string): AttributeFacts {
    let found = facts.get(attribute);
    if (found === undefined) {
      found = new AttributeFacts(`${this.dataset}, ${group}.${attribute}`);
      facts.set(attribute, found);
    }
    return found;
  }
}

function addIds(group: GroupSurvey, ids: SimulationArray | undefined): void {
  if (ids === undefined) {
    group.lacksIds = true;
    return;
  }
  for (const id of entityIds(ids)) {
    if (id === null) group.lacksIds = true;
    else if (!group.places.has(id)) group.places.set(id, group.places.size);
  }
}

/** Null for an entity without one. */
export function entityIds({ dtype, data }: SimulationArray): (EntityId | null)[] {
  const isUndefined = undefinedTest(dtype);
  return Array.from(data as ArrayLike<number | bigint | string>, (id) => {
    if (isUndefined(id)) return null;
    if (typeof id !== "bigint") return id;
    const number = Number(id);
    return Number.isSafeInteger(number) ? number : id;
  });
}
