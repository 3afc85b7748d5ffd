// A dry run where there is no catalog yet: everything that can be read is new.

import type { LoadReport, NodeRecord } from "../catalog/index.ts";

export async function countOnly(batches: AsyncIterable<readonly NodeRecord[]>): Promise<LoadReport> {
  const start = performance.now();
  let read = 0;
  for await (const batch of batches) read += batch.length;
  return {
    mode: "offline",
    triggers: "disable",
    nodes: { read, inserted: read, updated: 0, unchanged: 0, skipped: 0, rejected: 0 },
    dataSources: { inserted: 0 },
    structures: { inserted: 0 },
    assets: { inserted: 0 },
    closure: { strategy: "rebuild", rows: 0, elapsedMs: 0 },
    phases: [{ name: "read", elapsedMs: Math.round(performance.now() - start), rows: read }],
  };
}
