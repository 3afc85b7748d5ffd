// The load of any kind: records -> rows -> the engine -> what has to be done afterwards.

import {
  type BulkLoadOptions,
  type BulkReport,
  bulkLoad,
  inspectTable,
  type MergePolicy,
  mergePolicies,
  type Records,
  type RejectedRow,
  type TableFacts,
} from "../bulk/index.ts";
import { CopycatError } from "../errors.ts";
import { type Log, silentLog } from "../log.ts";
import { deleteExpired } from "./deleteMemory.ts";
import { describeMemoryTable, requireTable } from "./describeTable.ts";
import { finishLoad } from "./finishLoad.ts";
import { withIndexesAside } from "./indexesAside.ts";
import { kinds } from "./kinds.ts";
import { type ReadRecords, RowSource } from "./rowSource.ts";
import { makeShaper } from "./shape/shaper.ts";
import { type MemoryStore, type MemoryTarget, querier, requireStore, type StoreOptions } from "./store.ts";
import type { MemoryKind } from "./types.ts";

export interface MemoryProgress {
  phase: "copy" | "settle" | "merge" | "index" | "analyze";
  /** Records so far; in the phase `index` rows, or blocks, of the index. */
  done: number;
  /** Null when nobody knows. */
  total: number | null;
  rejected: number;
  elapsedMs: number;
}

type EngineOptions = Pick<
  BulkLoadOptions,
  | "format"
  | "path"
  | "commitEvery"
  | "loadId"
  | "connections"
  | "batchRows"
  | "attempts"
  | "totalRows"
  | "signal"
  | "beforeCommit"
>;

export interface MemoryLoadOptions extends EngineOptions, StoreOptions {
  /** What to do with records that are there already; default `skip`. */
  onConflict?: MergePolicy;
  /** Under `update`: a record without an embedding leaves the one that is stored. Default: it takes it away. */
  keepEmbedding?: boolean;
  /**
   * Told of each record that does not go in; the others do. Without it, and without `onError: "reject"`, the first
   * one is an error with nothing changed.
   */
  onReject?: (reject: RejectedRow) => void | Promise<void>;
  onError?: "reject" | "abort";
  /** More rejects than this are an error with nothing changed. Default: no limit. */
  maxRejects?: number;
  /** What a field that no column takes does to its record. Default `reject`: else a mistyped name would lose data. */
  extraFields?: "reject" | "ignore";
  /**
   * `auto` drops vector indexes before a load that is large against the table, and builds them again after it: 10,000
   * of 384 dimensions took 0.4 s without and 19 s with HNSW (pgvector 0.8.5). Searches are exact and slow meanwhile. Needs a Database and the number of records.
   */
  rebuildIndex?: "auto" | "never";
  /** The HNSW index is built after a load when there is none and so many entries have embeddings; default 50,000. */
  indexFrom?: number;
  onProgress?: (progress: MemoryProgress) => void;
  onRestart?: () => void;
  log?: Log;
}

/**
 * Loads records of one kind. All in one transaction, unless `commitEvery` says otherwise.
 *
 * Entries that have expired are removed first: to store such a key again counts as inserted, under every policy.
 *
 * @param records a function that gives the same records each time it is called can be read again, after a failure that passes
 * @throws CopycatError USAGE, NOT_FOUND (no store), INVALID_INPUT (a bad record, and nobody to tell of it), CONFLICT,
 * TOO_MANY_REJECTS, CANCELLED, CONNECTION, DATABASE
 */
export async function loadMemory(
  db: MemoryTarget,
  kind: MemoryKind,
  records: ReadRecords,
  options: MemoryLoadOptions = {},
): Promise<BulkReport> {
  const policy = checkPolicy(options.onConflict);
  const { keepEmbedding = false, extraFields = "reject", log = silentLog } = options;
  const store = await requireStore(db, options);
  const table = requireTable(store, kind);
  const shaper = makeShaper({ kind: kinds[kind], table, now: new Date(), extraFields });
  const description = describeMemoryTable(store, kinds[kind], table, {
    fields: shaper.fields,
    keepEmbedding,
  });
  const facts = options.store === undefined ? undefined : await factsOf(db, store, kind);
  const source = new RowSource(kinds[kind], shaper, records, options);
  if (kind === "entries") await deleteExpired(db, { store });
  // The engine takes refused records in the place of rows; its type of records does not say so.
  const rows = source.rows as unknown as Records | (() => Records);
  const load = (): Promise<BulkReport> =>
    bulkLoad(db, description, rows, {
      ...engineOptions(options),
      policy,
      ...(facts === undefined ? {} : { facts }),
      onReject: (reject) => source.onReject(reject),
      onRestart: () => source.restart(),
      ...(options.onProgress === undefined ? {} : { onProgress: translate(options.onProgress, options) }),
    });
  const job = { store, kind, log, options };
  const report = await withIndexesAside(db, job, records, load);
  await finishLoad(db, job, report);
  return report;
}

const knownFacts = new WeakMap<MemoryStore, Map<MemoryKind, TableFacts>>();

/** Asked once for a store that the caller holds on to. */
async function factsOf(db: MemoryTarget, store: MemoryStore, kind: MemoryKind): Promise<TableFacts> {
  const known = knownFacts.get(store) ?? new Map<MemoryKind, TableFacts>();
  knownFacts.set(store, known);
  const facts = known.get(kind) ?? (await inspectTable(querier(db), store.schema, kinds[kind].table));
  known.set(kind, facts);
  return facts;
}

/** @throws CopycatError USAGE, the same for all kinds and before anything else */
export function checkPolicy(policy: MergePolicy = "skip"): MergePolicy {
  if (mergePolicies.includes(policy)) return policy;
  throw new CopycatError("USAGE", `Unknown on_conflict "${policy}"; use ${mergePolicies.join(", ")}.`);
}

function engineOptions(options: MemoryLoadOptions): EngineOptions {
  const { format, path, commitEvery, loadId, connections, batchRows } = options;
  const { attempts, totalRows, signal, beforeCommit } = options;
  const given = {
    ...{ format, path, commitEvery, loadId, connections, batchRows },
    ...{ attempts, totalRows, signal, beforeCommit },
  };
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as EngineOptions;
}

function translate(
  tell: (progress: MemoryProgress) => void,
  { totalRows }: MemoryLoadOptions,
): NonNullable<BulkLoadOptions["onProgress"]> {
  return ({ phase, rows, rejected, elapsedMs }) =>
    tell({ phase, done: rows, total: totalRows ?? null, rejected, elapsedMs });
}
