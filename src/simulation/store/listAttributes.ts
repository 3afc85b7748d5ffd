// What the store knows of the attributes of a dataset, without looking at any array.

import type { Database } from "../../database/index.ts";
import type { AttributeDescription } from "../types.ts";
import { type DictionaryScope, readDictionary } from "./dictionary.ts";

/** In the order in which they came; none for a dataset that is not there. */
export async function listAttributes(
  { pool }: Database,
  scope: DictionaryScope,
  dataset: string,
): Promise<AttributeDescription[]> {
  const entry = (await readDictionary(pool, scope, [dataset])).get(dataset);
  const groups = [...(entry?.groups.values() ?? [])];
  return groups.flatMap(({ name: group, attributes }) =>
    [...attributes.values()].map(({ name, type, isRagged, components }) => ({
      group,
      name,
      type,
      isRagged: isRagged === true,
      components: components === null || components === 1 ? [] : [components],
    })),
  );
}
