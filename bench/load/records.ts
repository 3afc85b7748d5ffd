// The records as the ways that run in Node get them: in memory before the clock starts, as long as they fit there.

import type { NodeRecord } from "../../src/catalog/index.ts";
import { makeNodeBatches } from "./nodes.ts";

/** 1.2 million nodes are about 0.5 GB of records. Beyond, they are made while the load runs, at 500,000 nodes/s. */
const maxEntitiesInMemory = 100_000;

export async function prepareRecords(
  entities: number,
  locators: boolean,
): Promise<AsyncIterable<NodeRecord[]>> {
  const batches = makeNodeBatches(entities, { locators });
  if (entities > maxEntitiesInMemory) return batches;
  const held: NodeRecord[][] = [];
  for await (const batch of batches) held.push(batch);
  return (async function* () {
    yield* held;
  })();
}
