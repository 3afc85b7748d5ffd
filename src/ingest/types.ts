// What the main job takes and reports. The report is the `--json` of the command line's contract.

import type { Readable } from "node:stream";
import type { ClientBase } from "pg";
import type { MergePolicy } from "../bulk/index.ts";
import type { LoadMode, LoadPhase, LoadReport, NodeRecord, Reject, TriggerWay } from "../catalog/index.ts";
import type { Hdf5Reader } from "../hdf5/index.ts";
import type { Log } from "../log.ts";
import type { NameSetting } from "../wording.ts";
import type { FileGate, TrackedFile } from "./files/types.ts";

export interface IngestOptions {
  /** Dataset YAMLs, folders, HDF5 files, NDJSON files, or "-" for `stdin`. */
  inputs: readonly string[];
  /**
   * What becomes of nodes that are there already. Default: they stay as they are, but for those of files that have changed
   * since they were read, which are renewed. `skip` leaves these, too.
   */
  policy?: MergePolicy;
  /** Schema of the catalog's tables; default: the database's (`catalogSchema`), which is where Tiled finds them. */
  schema?: string;
  /** Compare files by their content (SHA-256), not by the time of the last change; default false. */
  checksum?: boolean;
  /** Read all files, also those that have not changed; default false. */
  reread?: boolean;
  /** Delete the nodes of files that are gone, and those that changed files no longer hold; default: only tell. */
  prune?: boolean;
  /** Commit whenever at least so many nodes have come, between two entities; default: once, at the end. */
  commitEvery?: number;
  /** Of the inputs' files take only these; absolute paths. */
  files?: ReadonlySet<string>;
  /** Default "auto". */
  mode?: LoadMode;
  /** Default "auto". */
  triggers?: TriggerWay;
  /** Where rejects go; default `.copycat/rejects/RUN.ndjson`, made when the first one comes. */
  rejectsFile?: string;
  /** The rejects file is the caller's, who reads and removes it: neither the report nor the record of the run names it. */
  keepsRejects?: boolean;
  /** Adds to a rejects file that is there instead of beginning it anew; default false. */
  appendRejects?: boolean;
  /** More rejects than this end the job with nothing changed; default: no limit. */
  maxRejects?: number;
  /** Threads that read HDF5; default cores - 1, from 1 to 4. */
  workers?: number;
  /** Reads HDF5 for several ingests at once, in place of threads of its own; it stays open. */
  reader?: Hdf5Reader;
  /** Take only so many entities (files of a folder, records of NDJSON). */
  limit?: number;
  /**
   * Of files that tables name, open the first 100 only as far as these are alike, and take the others to be so too;
   * default false.
   */
  trustLayout?: boolean;
  /** Id of the run, a UUID; default: a new one. One that failed or broke off may begin anew. */
  run?: string;
  /**
   * Node records come from somebody who may not choose what is read on this machine: records that name a file to be read
   * are rejects, and with `roots` so are those whose assets lie elsewhere. Default: a record may name any file.
   */
  guard?: RecordGuard;
  /** Who asks for it, when that is not the user of this process: a key of the service, by its name. Recorded with the run. */
  by?: string;
  /** What settings are called where the run's failure is recorded; default: as programs call them. */
  nameSetting?: NameSetting;
  /** Overrides the label that goes into the metadata of every entity as `source`. */
  source?: string;
  /** Read, validate, report; change nothing. */
  dryRun?: boolean;
  /**
   * Called at the end of the transaction of the nodes, inside it, with the report as far as it is known: what must be in with
   * them, or not at all. With `commitEvery` at the end of each.
   */
  beforeCommit?: (client: ClientBase, report: IngestReport) => Promise<void>;
  stdin?: Readable;
  signal?: AbortSignal;
  onProgress?: (progress: IngestProgress) => void;
  log?: Log;
}

export interface RecordGuard {
  /** Absolute folders that the files of assets must lie below, links followed; default: anywhere. */
  roots?: readonly string[];
  /**
   * Told the keys of datasets that records are the first ones of, before these go on; what it throws ends the load with
   * nothing changed.
   */
  checkDatasets?: (keys: readonly string[]) => Promise<void>;
}

export interface IngestProgress {
  phase: LoadPhase;
  files: { done: number; total: number | null };
  nodes: number;
  rejects: number;
  elapsedMs: number;
}

export interface IngestReport extends LoadReport {
  run: string;
  status: "completed" | "completed_with_rejects" | "failed";
  dataset: string;
  source: string;
  dryRun: boolean;
  elapsedMs: number;
  /** Records read per second over the whole job. */
  nodesPerSecond: number;
  peakRssBytes: number;
  files: FileReport;
  /** Folders that a server must be allowed to read in order to serve the files. */
  readableStorage: string[];
  /** null when nothing was rejected. */
  rejectsFile: string | null;
}

/** What became of files. Those of tables and node records are not counted. */
export interface FileReport {
  /** Opened in this run; `changed` and `moved` ones are among them. */
  read: number;
  unchanged: number;
  changed: number;
  moved: number;
  /** Recorded by an earlier run, and no longer there. */
  vanished: number;
  /** Vanished ones whose nodes were deleted. */
  pruned: number;
  /** Nodes of the catalog that are of vanished files, or that their files no longer hold. */
  staleNodes: number;
  /** Nodes that were deleted because of that, emptied folders included. */
  prunedNodes: number;
}

export const noFiles: FileReport = {
  read: 0,
  unchanged: 0,
  changed: 0,
  moved: 0,
  vanished: 0,
  pruned: 0,
  staleNodes: 0,
  prunedNodes: 0,
};

/** What a source hands on: nodes with parents before children, and what could not be read. */
export interface SourceBatch {
  nodes: NodeRecord[];
  rejects: Reject[];
  /** Files finished with this batch. */
  filesDone: number;
  /** The file that all of it is from, where account of it is kept. */
  file?: TrackedFile;
  /** The file ends with this batch. */
  isWholeFile?: boolean;
}

export interface SourceContext {
  reader: Hdf5Reader;
  limit: number;
  trustLayout: boolean;
  log: Log;
  gate: FileGate;
}

/** One input, opened. */
export interface NodeSource {
  /** Key of the container it fills, for the report; of NDJSON it is known once the first record was read. */
  readonly dataset: string;
  /** Folders that a server must be allowed to read. */
  readonly directories: readonly string[];
  /**
   * Keys of all datasets that it fills, in their order, where only reading all of it tells; else it is the one above. Reads
   * and opens anew, so that `batches` still has everything.
   *
   * @param onRecords told now and then how many records were read
   * @throws CopycatError USAGE for a stream that can be read only once; CANCELLED
   */
  listDatasets?(signal?: AbortSignal, onRecords?: (records: number) => void): Promise<string[]>;
  /** The label of its entities. */
  label: string;
  /**
   * Tells, in a few characters, whether an input that comes as one stream is the one it was; of inputs whose files are
   * kept account of, and of standard input, there is nothing to tell.
   */
  stamp?(): Promise<string>;
  /** Counts the files to read; null where that cannot be known. */
  countFiles(): Promise<number | null>;
  batches(context: SourceContext): AsyncIterable<SourceBatch>;
}
