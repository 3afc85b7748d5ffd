// What the two ways of merging take and give.

import type { StagingEncoder } from "./stageNodes.ts";
import type { LoadOptions, LoadReport, PhaseTime } from "./types.ts";

export interface MergeJob {
  encoder: StagingEncoder;
  options: LoadOptions;
  mode: "online" | "offline";
  /** Nothing but the root is there. */
  isEmpty: boolean;
  /** Some nodes keep their ids under another path. */
  hasMoves: boolean;
}

export interface Merged {
  /** Nodes that were not there. */
  fresh: number;
  /** Rows that lost against another one of the same path. */
  duplicates: number;
  /** Rows of nodes that are there, renewed where they differ because they say so. */
  renewed: number;
  serverRejects: number;
  updatedNodes: number;
  dataSources: number;
  structures: number;
  assets: number;
  closure: LoadReport["closure"];
  /** What a row's ordinal is added to for the id of its node; null where ids do not follow from it. */
  firstId: string | null;
  phases: PhaseTime[];
}
