// What changed: each value against the one before, and changes put together.

import { idsOf } from "../results/groupProgress.ts";
import type { EntityData, GroupData } from "../types.ts";
import { areClose, arrayOf, type Elements, shapeOf, type ValueShape, valuesOf } from "./values.ts";

/** Values by attribute, by entity. */
type Entities = Map<number, Map<string, Elements>>;

interface GroupChanges {
  entities: Entities;
  shapes: Map<string, ValueShape>;
}

/** By group. */
export type Changes = Map<string, GroupChanges>;

interface ReadGroup {
  name: string;
  ids: ArrayLike<number>;
  columns: { attribute: string; shape: ValueShape; values: readonly (Elements | null)[] }[];
}

/** Remembers the newest values of one dataset. */
export class ChangeDetector {
  readonly #groups = new Map<string, GroupChanges>();

  /**
   * Undefined values change nothing. Of data that is refused nothing is remembered.
   *
   * @throws CopycatError INVALID_INPUT for a group without ids, and for values of another type than before
   */
  detect(data: EntityData): Changes {
    const groups = [...data].map(([name, arrays]) => this.#read(name, arrays));
    const changes: Changes = new Map();
    for (const group of groups) {
      const changed = this.#remember(group);
      if (changed.entities.size > 0) changes.set(group.name, changed);
    }
    return changes;
  }

  /** Then every value counts as changed, since nobody knows what was stored; and may be of the type that the store wants. */
  forget(): void {
    this.#groups.clear();
  }

  #read(name: string, arrays: GroupData): ReadGroup {
    const ids = idsOf(arrays, `the group ${name}`);
    const shapes = this.#groups.get(name)?.shapes;
    const columns: ReadGroup["columns"] = [];
    for (const [attribute, array] of arrays) {
      if (attribute === "id") continue;
      const values = valuesOf(array);
      if (values.every((value) => value === null)) continue;
      columns.push({
        attribute,
        values,
        shape: shapeOf(array, shapes?.get(attribute), `${name}.${attribute}`),
      });
    }
    return { name, ids, columns };
  }

  #remember({ name, ids, columns }: ReadGroup): GroupChanges {
    const own = this.#groups.get(name) ?? { entities: new Map(), shapes: new Map() };
    this.#groups.set(name, own);
    const changed: GroupChanges = { entities: new Map(), shapes: own.shapes };
    for (const { attribute, shape, values } of columns) {
      own.shapes.set(attribute, shape);
      for (const [row, value] of values.entries()) {
        const id = ids[row] as number;
        if (value === null || areClose(own.entities.get(id)?.get(attribute), value)) continue;
        put(own.entities, id, attribute, value);
        put(changed.entities, id, attribute, value);
      }
    }
    return changed;
  }
}

function put(entities: Entities, id: number, attribute: string, value: Elements): void {
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
    for (const [attribute, shape] of group.shapes) own.shapes.set(attribute, shape);
    for (const [id, values] of group.entities) {
      for (const [attribute, value] of values) put(own.entities, id, attribute, value);
    }
  }
}

/** The entities that changed, with holes where a value of theirs did not. */
export function changesToData(changes: Changes): EntityData {
  const data = new Map<string, GroupData>();
  for (const [name, { entities, shapes }] of changes) {
    const rows = [...entities.values()];
    const ids = [...entities.keys()].map((id) => [id]);
    const arrays = new Map([["id", arrayOf(ids, { type: "int", tail: [], isRagged: false })]]);
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
