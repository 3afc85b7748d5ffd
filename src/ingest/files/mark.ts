// Nodes of a file that is kept account of.

import type { SourceBatch } from "../types.ts";
import type { TrackedFile } from "./types.ts";

/**
 * Marks a file's nodes. The first one stands at the level of its topmost nodes, which is to be handed on from batch to
 * batch; -1 before the first.
 */
export function mark({ nodes }: SourceBatch, file: TrackedFile, level: number): number {
  const top = level === -1 ? (nodes[0]?.parentPath.length ?? -1) : level;
  for (const node of nodes) {
    if (node.parentPath.length === top) node.topOf = file.number;
    if (file.isRenewed) node.isRenewed = true;
  }
  return top;
}
