import { expect, test } from "vitest";
import { ProgressTracker } from "../../src/ingest/progress.ts";
import type { IngestProgress, SourceBatch } from "../../src/ingest/types.ts";

test("the last of many batches is told, though nothing comes after it", async () => {
  const told: IngestProgress[] = [];
  const tracker = new ProgressTracker([], { count: 0 }, (progress) => told.push(progress));
  tracker.enter("read");
  const batch = { filesDone: 1, nodes: [{}, {}] } as unknown as SourceBatch;
  for (let count = 0; count < 50; count++) tracker.read(batch);
  expect(told.at(-1)?.nodes).toBe(0);
  await expect.poll(() => told.at(-1)?.nodes).toBe(100);
  expect(told.length).toBeLessThan(5);
  tracker.read(batch);
  tracker.stop();
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(told.at(-1)?.nodes).toBe(100);
});
