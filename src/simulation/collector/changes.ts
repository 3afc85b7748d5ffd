// What changed: each value against the one before, and changes put together.

import { CopycatError } from "../../errors.ts";
import type { EntityData, GroupData } from "../types.ts";
import {
  areClose,
  arrayOf,
  type Element,
  type Elements,
  shapeOf,
  type ValueShape,
  valuesOf,
} from "./values.ts";

/** Values by attribute, by entity. */
type Entities = Map<Element, Map<string, Elements>>;

interface GroupChanges {
  entities: Entities;
  ids: ValueShape;
  shapes: Map<string, ValueShape>;
}

/** By group. */
export type Changes = Map<string, GroupChanges>;

/** Remembers the newest values of one dataset. */
export class ChangeDetector {
  readonly #groups = new Map<string, GroupChanges>();

  /**
   * Undefined values change nothing.
   *
   * @throws CopycatError INVALID_INPUT for a group without ids
   */
  detect(data: EntityData): Changes {
    const changes: Changes = new Map();
    for (const [name, arrays] of data) {
      const changed = this.#detectGroup(name, arrays);
      if (changed.entities.size > 0) changes.set(name, changed);
    }
    return changes;
  }

  #detectGroup(name: string, arrays: GroupData): GroupChanges {
    const ids = arrays.get("id");
    if (ids === undefined) {
      throw new CopycatError(
        "INVALID_INPUT",
        `The group ${name} has no ids, so nobody can say what changed in it.`,
      );
    }
    const own = this.#groups.get(name) ?? {
      entities: new Map(),
      ids: shapeOf(ids, undefined),
      shapes: new Map(),
    };
    this.#groups.set(name, own);
    const changed: GroupChanges = { entities: new Map(), ids: shapeOf(ids, undefined), shapes: own.shapes };
    const keys = valuesOf(ids).map((elements) => elements?.[0] as Element);
    for (const [attribute, array] of arrays) {
      if (attribute === "id") continue;
      own.shapes.set(attribute, shapeOf(array, own.shapes.get(attribute)));
      for (const [row, value] of valuesOf(array).entries()) {
        const id = keys[row] as Element;
        if (value === null || areClose(own.entities.get(id)?.get(attribute), value)) continue;
        put(own.entities, id, attribute, value);
        put(changed.entities, id, attribute, value);
      }
    }
    return changed;
  }
}

function put(entities: Entities, id: Element, attribute: string, value: Elements): void {
  const values = entities.get(id);
  if (values === undefined) entities.set(id, new Map([[attribute, value]]));
  else values.set(attribute, value);
}

/** Into the first; the last value of each entity and attribute stays. */
export function mergeChanges(into: Changes, more: Changes): void {
  for (const [name, group] of more) {
    const own = into.get(name);
    if (own === undefined) {
      into.set(name, group);
      continue;
    }
    for (const [id, values] of group.entities) {
      for (const [attribute, value] of values) put(own.entities, id, attribute, value);
    }
  }
}

/** The entities that changed, with holes where a value of theirs did not. */
export function changesToData(changes: Changes): EntityData {
  const data = new Map<string, GroupData>();
  for (const [name, { entities, ids, shapes }] of changes) {
    const rows = [...entities.values()];
    const arrays = new Map([
      [
        "id",
        arrayOf(
          [...entities.keys()].map((id) => [id]),
          ids,
        ),
      ],
    ]);
    for (const [attribute, shape] of shapes) {
      if (!rows.some((values) => values.has(attribute))) continue;
      arrays.set(
        attribute,
        arrayOf(
          rows.map((values) => values.get(attribute) ?? null),
          shape,
        ),
      );
    }
    data.set(name, arrays);
  }
  return data;
}
