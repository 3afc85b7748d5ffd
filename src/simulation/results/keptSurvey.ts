// As `surveyDataset`, from a store: it keeps the bounds of every array, so that only ids are read.

import { minMax } from "../arrays/index.ts";
import type { AttributeBounds, GroupData } from "../types.ts";
import type { ColumnFacts } from "./column.ts";
import type { DatasetContext } from "./context.ts";
import { type AttributeFacts, type GroupFacts, outer } from "./survey.ts";
import { walk } from "./walk.ts";

export async function surveyKept(
  context: DatasetContext,
  bounds: ReadonlyMap<string, ReadonlyMap<string, AttributeBounds>>,
): Promise<ReadonlyMap<string, GroupFacts>> {
  const groups = new Map<string, GroupFacts>();
  for (const [name, columns] of await context.columns()) {
    const initial = context.beginning.data.get(name) ?? new Map();
    const attributes = [...columns].map(([attribute, facts]): [string, AttributeFacts] => [
      attribute,
      boundedFacts({ name: attribute, facts, initial, kept: bounds.get(name)?.get(attribute) }),
    ]);
    groups.set(name, { name, entities: await countEntities(context, name), attributes: new Map(attributes) });
  }
  return groups;
}

interface Known {
  name: string;
  facts: ColumnFacts;
  initial: GroupData;
  kept: AttributeBounds | undefined;
}

/** The store has not looked into initial data that it keeps as a document. */
function boundedFacts({ name, facts, initial, kept }: Known): AttributeFacts {
  const array = initial.get(name);
  const own = array === undefined ? { min: null, max: null } : minMax(array);
  return {
    ...facts,
    name,
    min: outer(own.min, kept?.min ?? null, Math.min),
    max: outer(own.max, kept?.max ?? null, Math.max),
  };
}

async function countEntities(context: DatasetContext, group: string): Promise<number> {
  const query = { group, attributes: [], from: Number.POSITIVE_INFINITY };
  for await (const { progress } of walk(context, query)) return progress.ids.length;
  return 0;
}
