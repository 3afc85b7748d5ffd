// One node by its path, wherever it lies.

import { getNode, type NodeDetails } from "../catalog/index.ts";
import { askAll } from "./askAll.ts";
import type { Missing } from "./searchTargets.ts";
import type { OpenedTarget } from "./types.ts";

export interface TargetNodeDetails extends NodeDetails {
  /** Name of the target that it lies on. */
  target: string;
}

/**
 * The node of each target that has the path: one, but for the root, which all have.
 *
 * @throws CopycatError NOT_FOUND (no target has it), CONNECTION (none answers)
 */
export async function showTargets(
  opened: readonly OpenedTarget[],
  path: string,
  schema?: string,
): Promise<{ nodes: TargetNodeDetails[] } & Missing> {
  const { answers, missing } = await askAll(opened, path, (database) => getNode(database, path, schema));
  return { nodes: answers.map(({ target, result }) => ({ target: target.name, ...result })), missing };
}
