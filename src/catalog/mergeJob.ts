// What the two ways of merging take and give.

import type { StagingEncoder } from "./stageNodes.ts";
import type { LoadOptions, LoadReport, PhaseTime } from "./types.ts";

export interface MergeJob {
  encoder: StagingEncoder;
  options: LoadOptions;
  mode: "online" | "offline";
  /** Nothing but the root is there. */
  isEmpty: boolean;
}

export interface Merged {
  /** Nodes that were not there. */
  fresh: number;
  /** Rows that lost against another one of the same path. */
  duplicates: number;
  serverRejects: number;
  updatedNodes: number;
  dataSources: number;
  structures: number;
  assets: number;
  closure: LoadReport["closure"];
  phases: PhaseTime[];
}
