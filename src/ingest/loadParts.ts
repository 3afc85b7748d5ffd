// The parts of an ingest, each in a transaction of its own with the account of its files.

import type { ClientBase } from "pg";
import { type LoadReport, loadNodes, readCatalogState } from "../catalog/index.ts";
import type { Database } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import type { RejectsFile } from "../files/index.ts";
import type { Account } from "./account.ts";
import { countOnly } from "./countOnly.ts";
import type { PartReader } from "./parts.ts";
import type { ProgressTracker } from "./progress.ts";
import { addLoads } from "./report.ts";
import type { IngestOptions } from "./types.ts";

export interface PartsJob {
  parts: PartReader;
  account: Account;
  rejects: RejectsFile;
  tracker: ProgressTracker;
  options: IngestOptions;
  beforeCommit: (client: ClientBase, loaded: LoadReport) => Promise<void>;
}

export async function loadParts(database: Database | null, job: PartsJob): Promise<LoadReport> {
  const { parts, options } = job;
  if (options.dryRun === true && !(await hasCatalog(database, options.schema)))
    return countOnly(parts.part());
  if (database === null) throw new CopycatError("USAGE", "Only a dry run goes without a database.");
  let sum: LoadReport | null = null;
  while (!parts.isDone) {
    const report = await loadPart(database, job);
    job.account.countPart();
    sum = sum === null ? report : addLoads(sum, report);
  }
  if (sum === null) throw new CopycatError("INTERNAL", "A load has one part at least.");
  return sum;
}

async function hasCatalog(database: Database | null, schema?: string): Promise<boolean> {
  if (database === null) return false;
  const state = await readCatalogState(database, schema);
  if (state.kind === "foreign") throw new CopycatError("CATALOG_VERSION", state.reason);
  return state.kind !== "absent";
}

function loadPart(
  database: Database,
  { parts, account, rejects, tracker, options, beforeCommit }: PartsJob,
): Promise<LoadReport> {
  return loadNodes(database, parts.part(), {
    policy: options.policy ?? "skip",
    mode: options.mode ?? "auto",
    dryRun: options.dryRun ?? false,
    moves: () => account.moves,
    beforeCommit: async (client, loaded) => {
      // What is committed must not be told only in memory.
      await rejects.flush();
      await account.record(client, { parts, loaded });
      await beforeCommit(client, loaded);
    },
    onReject: async (reject) => {
      parts.countReject(reject);
      await rejects.add(reject);
    },
    onPhase: (phase) => tracker.enter(phase),
    onNotice: (message) => options.log?.notice(message),
    ...(options.schema === undefined ? {} : { schema: options.schema }),
    ...(options.triggers === undefined ? {} : { triggers: options.triggers }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}
