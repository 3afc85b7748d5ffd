// A group while time goes on: initial data, a snapshot and updates, one over the other.

import { CopycatError } from "../../errors.ts";
import { entityCount } from "../arrays/index.ts";
import type { GroupData, SimulationArray } from "../types.ts";
import { Column, type ColumnFacts } from "./column.ts";
import { duplicateIds, IdIndex } from "./idIndex.ts";
import type { RowList } from "./rows.ts";

export interface ProgressOptions {
  /** Only these; default: all. */
  attributes?: readonly string[];
  /** What is known of attributes before they are met: they are there, undefined, from the beginning. */
  known?: ReadonlyMap<string, ColumnFacts>;
}

export class GroupProgress {
  readonly #index = new IdIndex();
  readonly #columns = new Map<string, Column>();
  readonly #wanted: ReadonlySet<string> | null;
  /** Most updates of a group have the ids of the one before. */
  #lastIds: ArrayLike<number> = [];
  #lastRows: RowList = [];

  constructor({ attributes, known = new Map() }: ProgressOptions = {}) {
    this.#wanted = attributes === undefined ? null : new Set(attributes);
    for (const [name, facts] of known) if (this.#wants(name)) this.#columns.set(name, new Column(facts));
  }

  /** In order of their appearance. */
  get ids(): readonly number[] {
    return this.#index.ids;
  }

  get attributes(): string[] {
    return [...this.#columns.keys()];
  }

  /** -1 for an entity that has not appeared. */
  rowOf(id: number): number {
    return this.#index.rowOf(id);
  }

  /**
   * What is undefined keeps its older value; new entities are appended, undefined where nothing is said of them.
   *
   * @param where for messages: `roads.segments at 10`
   * @throws CopycatError INVALID_INPUT without ids, with an id that stands twice, and for values of another type
   */
  apply(data: GroupData, where: string): void {
    const ids = idsOf(data, where);
    const rows = this.#place(ids, where);
    for (const [name, array] of data) {
      if (name === "id" || !this.#wants(name)) continue;
      const count = entityCount(array);
      if (count !== ids.length) {
        throw refuse(`${where}: ${name} is of ${count} entities, while there are ${ids.length} ids`);
      }
      let column = this.#columns.get(name);
      if (column === undefined) {
        column = new Column();
        this.#columns.set(name, column);
      }
      column.write(array, rows, { length: this.#index.size, where: `${where}: ${name}` });
    }
  }

  /** All entities, or those of some rows. An attribute that nothing spoke of is undefined, as `facts` say. */
  read(
    attribute: string,
    rows: RowList = null,
    facts?: ColumnFacts,
  ): ColumnFacts & { array: SimulationArray } {
    const column = this.#columns.get(attribute) ?? new Column(facts);
    return { ...column.facts, array: column.read(this.#index.size, rows) };
  }

  #wants(name: string): boolean {
    return this.#wanted === null || this.#wanted.has(name);
  }

  /** Null when they are all our entities in their order. */
  #place(ids: ArrayLike<number>, where: string): RowList {
    if (isSame(ids, this.#index.ids)) return null;
    if (isSame(ids, this.#lastIds)) return this.#lastRows;
    const twice = duplicateIds(ids);
    if (twice.length > 0) {
      throw refuse(`Duplicate entries detected: ${twice.slice(0, 10).join(", ")} in the ids of ${where}`);
    }
    this.#lastRows = this.#index.place(ids);
    this.#lastIds = ids;
    return this.#lastRows;
  }
}

function isSame(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

/** @throws CopycatError INVALID_INPUT when there are none, or they are no whole numbers */
export function idsOf(data: GroupData, where: string): ArrayLike<number> {
  const array = data.get("id");
  if (array === undefined) {
    throw refuse(`Invalid data, no ids provided: ${where} has no attribute id`);
  }
  const isFlat = array.shape.length === 1 && array.rowPtr === undefined;
  if (isFlat && array.data instanceof Int32Array && !array.data.includes(-2147483648)) return array.data;
  const ids = Array.from(array.data as ArrayLike<number | bigint | string>, (id) =>
    typeof id === "string" ? Number.NaN : Number(id),
  );
  const wrong = ids.findIndex((id) => !Number.isSafeInteger(id) || id === -2147483648);
  if (wrong >= 0 || !isFlat) {
    const what = wrong >= 0 ? `id[${wrong}] is ${array.data[wrong]}` : "id is no flat list";
    throw refuse(`${where}: ${what}; ids are whole numbers, one for each entity`);
  }
  return ids;
}

function refuse(what: string): CopycatError {
  return new CopycatError("INVALID_INPUT", `${what}.`);
}
