// What the service asks of catalogs: of one database, or of the servers of a targets file.

import type { DatasetCount, FoundNode, PageQuery, SearchPage } from "../../catalog/index.ts";
import type { Database } from "../../database/index.ts";
import type {
  IngestOptions,
  IngestReport,
  ListRunsOptions,
  RunDetails,
  RunSummary,
} from "../../ingest/index.ts";
import type { Body } from "../body/openBody.ts";

/** Where the records of a body go. */
export interface LoadPlace {
  database: Database;
  /** Others that may have been asked the same before, and have kept the answer. */
  others: () => Promise<readonly Database[]>;
}

/** Where node records go. */
export interface CatalogPlace extends LoadPlace {
  ingest: (options: IngestOptions) => Promise<IngestReport>;
}

/** Of several servers: on which it is, by its name. */
interface AtTarget {
  target?: string;
}

/** Of several servers: names of those that are down and may hold more. */
export interface MaybeMissing {
  missing?: string[];
}

export interface FoundPage extends SearchPage, MaybeMissing {
  nodes: (FoundNode & AtTarget)[];
  count: number;
}

export type CountedDataset = DatasetCount & AtTarget;

/** A server, and whether it answers. */
export interface TargetState {
  name: string;
  answers: boolean;
}

export interface Catalogs {
  /** Looks at the beginning of a body where that says where it goes. @throws CopycatError; what broke the body */
  place(body: Body): Promise<CatalogPlace>;
  search(query: PageQuery): Promise<FoundPage>;
  listRuns(options: ListRunsOptions): Promise<{ runs: (RunSummary & AtTarget)[] } & MaybeMissing>;
  /** @throws CopycatError NOT_FOUND, USAGE; CONNECTION when it may be on a server that is down */
  getRun(id: string): Promise<RunDetails & AtTarget>;
  countDatasets(options: { timeoutMs: number; signal: AbortSignal }): Promise<CountedDataset[]>;
  /** Null where there is one database. */
  listTargets(): Promise<TargetState[] | null>;
  /** `degraded`: not all servers answer. @throws Refusal 503 when nothing can be taken */
  checkReady(): Promise<"ok" | "degraded">;
  /** Those whose connections loads use. */
  readonly databases: readonly Database[];
  /** The text without what says where databases and files are. */
  hide(text: string): string;
}
