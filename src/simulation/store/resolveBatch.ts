// A batch of checked updates against what the store knows.

import type { PoolClient } from "pg";
import { CopycatError } from "../../errors.ts";
import type { CheckedUpdate } from "./checkUpdate.ts";
import type { RejectedUpdate } from "./collectBatches.ts";
import type { AttributeEntry, Dictionary } from "./dictionary.ts";
import { namesOf, resolveArrays } from "./resolveUpdate.ts";

export interface ResolvedBatch {
  updates: CheckedUpdate[];
  rejects: RejectedUpdate[];
}

/** Names are made and types learnt, inside the transaction; what does not fit its attribute is a reject. */
export async function resolveBatch(
  client: PoolClient,
  dictionary: Dictionary,
  updates: readonly CheckedUpdate[],
): Promise<ResolvedBatch> {
  await dictionary.ensure(client, missingNames(dictionary, updates));
  for (let attempt = 1; ; attempt++) {
    const learnt = new Set<AttributeEntry>();
    const resolved = resolveAll(dictionary, updates, learnt);
    if (await dictionary.learn(client, learnt)) return resolved;
    if (attempt === 10)
      throw new CopycatError("DATABASE", "Others kept changing the types of attributes. Run it again.");
    await dictionary.read(client, [...new Set(updates.map(({ dataset }) => dataset))]);
  }
}

function missingNames(dictionary: Dictionary, updates: readonly CheckedUpdate[]) {
  const isKnown = ({ dataset, arrays }: CheckedUpdate): boolean => {
    if (arrays.length === 0) return dictionary.get(dataset) !== undefined;
    return arrays.every(
      ({ group, attribute }) => dictionary.attribute(dataset, group, attribute) !== undefined,
    );
  };
  return updates
    .filter((update) => !isKnown(update))
    .flatMap(({ dataset, arrays }) => namesOf(dataset, arrays));
}

function resolveAll(
  dictionary: Dictionary,
  updates: readonly CheckedUpdate[],
  learnt: Set<AttributeEntry>,
): ResolvedBatch {
  const result: ResolvedBatch = { updates: [], rejects: [] };
  for (const update of updates) {
    const { position, dataset, arrays, source } = update;
    try {
      resolveArrays(dictionary, dataset, arrays, learnt);
      update.datasetId = dictionary.get(dataset)?.id as number;
      result.updates.push(update);
    } catch (error) {
      if (!(error instanceof CopycatError) || error.code !== "INVALID_INPUT") throw error;
      result.rejects.push({ position, code: "wrong_type", message: error.message, source });
    }
  }
  return result;
}
