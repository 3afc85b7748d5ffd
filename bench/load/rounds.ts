// Rounds: every way once, in an order that turns from round to round.

import { rotate } from "../support/statistics.ts";
import { countNodes } from "./nodes.ts";
import type { Loaded, LoadTask, Way, WayName } from "./types.ts";

export interface Run extends Loaded {
  way: WayName;
  round: number;
  nodes: number;
  nodesPerSecond: number;
}

export async function runRounds(
  ways: readonly Way[],
  rounds: number,
  task: Omit<LoadTask, "isThorough">,
): Promise<Run[]> {
  const runs: Run[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const way of rotate(ways, round)) {
      const entities = Math.min(task.entities, way.maxEntities ?? task.entities);
      const loaded = await way.load({ ...task, entities, isThorough: round === 0 });
      const nodes = countNodes(loaded.entities);
      const run = {
        way: way.name,
        round: round + 1,
        nodes,
        nodesPerSecond: (nodes * 1000) / loaded.elapsedMs,
      };
      runs.push({ ...run, ...loaded });
      console.log(
        `${task.entities} entities, round ${round + 1}: ${way.label}: ${nodes} nodes in ` +
          `${Math.round(loaded.elapsedMs)} ms, ${Math.round(run.nodesPerSecond)} nodes/s`,
      );
    }
  }
  return runs;
}
