// The room's face: several servers with a catalog each, and what is asked of all of them.

export { closeTargets, openTargets } from "./openTargets.ts";
export { readTargets } from "./readTargets.ts";
export { targetOf } from "./route.ts";
export type { OpenedTarget, Target, Targets } from "./types.ts";
