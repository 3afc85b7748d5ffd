// What the catalog takes and what it reports.

import type { ClientBase } from "pg";
import type { MergePolicy } from "../bulk/index.ts";
import type { JsonText } from "../json.ts";
import type { StructureRecord } from "./structure.ts";

export type StructureFamily = "array" | "awkward" | "bytes" | "container" | "ragged" | "sparse" | "table";

export interface AssetRecord {
  /** `file://localhost/absolute/path`, not percent-encoded. */
  dataUri: string;
  isDirectory: boolean;
  /** Bytes. */
  size: number | string | null;
  parameter: string | null;
  num: number | null;
}

export interface DataSourceRecord {
  mimetype: string;
  structure: StructureRecord | null;
  parameters: JsonText;
  properties: JsonText;
  management: "external" | "immutable" | "locked" | "writable";
  assets: readonly AssetRecord[];
}

export interface NodeRecord {
  /** Keys from the root to the parent; empty for a child of the root. */
  parentPath: readonly string[];
  key: string;
  structureFamily: StructureFamily;
  metadata: JsonText;
  specs: JsonText;
  accessBlob: JsonText;
  dataSource: DataSourceRecord | null;
  /** Where it comes from, for rejects: a file, and "line 17" or "/entry/data" in it. */
  source: string;
  position: string;
  /** Number of the file of which this is a topmost node, for `LoadOptions.beforeCommit`. */
  topOf?: number;
  /** Renewed where it is there already, also under policy `skip`: its file is known to have changed. */
  isRenewed?: true;
}

/** A record that did not go in. `record` is what to mend and load again. */
export interface Reject {
  source: string;
  position: string;
  code: string;
  message: string;
  record: JsonText | null;
}

export type LoadMode = "auto" | "online" | "offline";

/**
 * How the triggers stay out of a merge. `disable`: ALTER TABLE ... DISABLE TRIGGER, which the owner may; foreign keys are
 * then checked row by row. `replica`: session_replication_role, which superusers may and those who were granted to set it;
 * foreign keys are then ensured by locks. `auto`: `replica` where that is allowed and no trigger or foreign key of
 * anyone else's would be passed over.
 */
export type TriggerWay = "auto" | "disable" | "replica";

export interface LoadOptions {
  policy: MergePolicy;
  mode: LoadMode;
  /** Default `auto`. An offline load disables. */
  triggers?: TriggerWay;
  dryRun: boolean;
  /** Schema of the catalog's tables; default: the database's (`catalogSchema`), which is where Tiled finds them. */
  schema?: string;
  signal?: AbortSignal;
  onReject: (reject: Reject) => void | Promise<void>;
  onPhase?: (phase: LoadPhase) => void;
  onNotice?: (message: string) => void;
  /** Nodes that are in the catalog under another path than they come with now. Asked once, when all is staged. */
  moves?: () => readonly MovedNode[];
  /**
   * Runs in the load's transaction when all rows are in, with triggers on. Topmost nodes of files stand in the temp table
   * `topTable` then: (file, id, is_new).
   */
  beforeCommit?: (client: ClientBase, loaded: LoadReport) => Promise<void>;
}

/** A node that keeps its id: what is staged under `path` is what it becomes. */
export interface MovedNode {
  id: number;
  /** Keys from the root, the node's own included. */
  path: readonly string[];
}

export type LoadPhase = "read" | "merge" | "closure" | "indexes" | "analyze";

export interface PhaseTime {
  name: "read" | "copy" | "merge" | "closure" | "indexes" | "analyze";
  elapsedMs: number;
  rows: number;
}

/** `read` is the sum of the other counts; rejects made before the load are not in it. */
export interface LoadReport {
  mode: "online" | "offline";
  triggers: "disable" | "replica";
  nodes: {
    read: number;
    inserted: number;
    updated: number;
    unchanged: number;
    skipped: number;
    rejected: number;
  };
  dataSources: { inserted: number };
  structures: { inserted: number };
  assets: { inserted: number };
  closure: { strategy: "rebuild" | "delta"; rows: number; elapsedMs: number };
  phases: PhaseTime[];
}
