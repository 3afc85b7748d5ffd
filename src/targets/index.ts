// The room's face: several servers with a catalog each, and what is asked of all of them.

export { type Asked, askAll } from "./askAll.ts";
export { atTarget } from "./atTarget.ts";
export { checkCatalog } from "./checkCatalog.ts";
export { type HolderOptions, withHolder } from "./findHolder.ts";
export { type FoundRun, findRun, resumeTargetIngest } from "./findRun.ts";
export { findView, findViews } from "./findViews.ts";
export {
  type IngestTargetsOptions,
  ingestTargets,
  type TargetProgress,
  type TargetResult,
} from "./ingestTargets.ts";
export { type ListedDataset, type ListedTarget, listTargets } from "./listTargets.ts";
export { type LiveOptions, LiveTargets } from "./liveTargets.ts";
export { type MoveOptions, type MovePhase, type MoveReport, moveDataset } from "./moveDataset.ts";
export { dropMoved } from "./movedRuns.ts";
export { closeTargets, openTargets } from "./openTargets.ts";
export { ingestPushed, openPlace, type PushPlace } from "./pushRecords.ts";
export { readTargets } from "./readTargets.ts";
export { homeOf, targetOf } from "./route.ts";
export { type RoutedGroup, routeGroups } from "./routeGroups.ts";
export {
  countTargets,
  type Missing,
  searchTargets,
  type TargetNode,
  type TargetsPage,
} from "./searchTargets.ts";
export { showTargets, type TargetNodeDetails } from "./showTargets.ts";
export { streamTargets, type TargetsStream } from "./streamTargets.ts";
export { type SummedTargets, sumTargets } from "./sumTargets.ts";
export { makeTargetsConfig } from "./tiledTargets.ts";
export type { OpenedTarget, Target, Targets } from "./types.ts";
export { distinctTargets, facetsTargets } from "./valuesTargets.ts";
export { type TargetWatchEvent, type WatchTargetsOptions, watchTargets } from "./watchTargets.ts";
export { type TargetConnections, withTarget } from "./withTarget.ts";
