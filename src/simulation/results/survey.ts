// Which groups and attributes a dataset has at any time, with their types and bounds.

import { CopycatError } from "../../errors.ts";
import { commonType, minMax, typeOf } from "../arrays/index.ts";
import type { EntityData, GroupData, SimulationArray, SimulationSource } from "../types.ts";
import type { ColumnFacts } from "./column.ts";

/** An attribute over all times, the initial data included. */
export interface AttributeFacts extends ColumnFacts {
  name: string;
  /** Of bools 0 and 1; null for texts, and where all values are undefined. */
  min: number | null;
  max: number | null;
}

export interface GroupFacts {
  name: string;
  /** Different ids. */
  entities: number;
  /** All but `id`. */
  attributes: ReadonlyMap<string, AttributeFacts>;
}

/** In order of appearance. Reads every update once. */
export async function surveyDataset(
  source: SimulationSource,
  dataset: string,
  initial: EntityData,
): Promise<ReadonlyMap<string, GroupFacts>> {
  const groups = new Map<string, { ids: Set<number>; attributes: Map<string, AttributeFacts> }>();
  const add = (data: EntityData): void => {
    for (const [name, arrays] of data) {
      const group = groups.get(name) ?? { ids: new Set(), attributes: new Map() };
      groups.set(name, group);
      addIds(group.ids, arrays);
      for (const [attribute, array] of arrays) {
        if (attribute === "id") continue;
        const before = group.attributes.get(attribute);
        group.attributes.set(attribute, addArray({ before, attribute, array, path: `${dataset}.${name}` }));
      }
    }
  };
  add(initial);
  for await (const { data } of source.readUpdates({ dataset })) add(data);
  return new Map(
    [...groups].map(([name, { ids, attributes }]) => [name, { name, entities: ids.size, attributes }]),
  );
}

function addIds(seen: Set<number>, arrays: GroupData): void {
  for (const id of arrays.get("id")?.data ?? []) seen.add(Number(id));
}

interface Addition {
  before: AttributeFacts | undefined;
  attribute: string;
  array: SimulationArray;
  path: string;
}

function addArray({ before, attribute, array, path }: Addition): AttributeFacts {
  const own = typeOf(array);
  const type = commonType(before?.type ?? null, own);
  if (type === undefined) {
    throw new CopycatError(
      "INVALID_INPUT",
      `${path}.${attribute} holds values of the type ${before?.type} at one time and ${own} at another.`,
    );
  }
  const { min, max } = minMax(array);
  const isRagged = array.rowPtr !== undefined;
  const layout = { isRagged, components: array.shape.slice(1) };
  // A column of nulls alone does not say whether its rows would be lists; pairs can be read as lists, not the other way.
  const keepsLayout = before !== undefined && (before.isRagged || (own === null && !isRagged));
  return {
    name: attribute,
    type,
    isRagged: keepsLayout ? before.isRagged : layout.isRagged,
    components: keepsLayout ? before.components : layout.components,
    min: outer(before?.min ?? null, min, Math.min),
    max: outer(before?.max ?? null, max, Math.max),
  };
}

/** Of two bounds the one that a function chooses; the other one where there is only one. */
export function outer(
  a: number | null,
  b: number | null,
  choose: (a: number, b: number) => number,
): number | null {
  if (a === null) return b;
  return b === null ? a : choose(a, b);
}
