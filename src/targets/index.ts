// The room's face: several servers with a catalog each, and what is asked of all of them.

export { type ListedDataset, type ListedTarget, listTargets } from "./listTargets.ts";
export { type MoveOptions, type MovePhase, type MoveReport, moveDataset } from "./moveDataset.ts";
export { closeTargets, openTargets } from "./openTargets.ts";
export { readTargets } from "./readTargets.ts";
export { targetOf } from "./route.ts";
export type { OpenedTarget, Target, Targets } from "./types.ts";
