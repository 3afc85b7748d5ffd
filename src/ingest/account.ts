// What is kept of an ingest besides the nodes: the run, and its files. Where the role may not keep any, or nothing is to
// change, everything is read and nothing remembered.

import { resolve } from "node:path";
import type { ClientBase } from "pg";
import type { LoadReport, MovedNode } from "../catalog/index.ts";
import type { Database } from "../database/index.ts";
import { silentLog } from "../log.ts";
import type { NameSetting } from "../wording.ts";
import { FileLedger } from "./files/fileLedger.ts";
import { hasFileTable } from "./files/knownFiles.ts";
import { openGate } from "./files/openGate.ts";
import type { FileGate } from "./files/types.ts";
import type { PartReader } from "./parts.ts";
import type { StreamStamp } from "./readSources.ts";
import { addCounts, type ResumedRun, type RunCounts, RunRecord } from "./runs/index.ts";
import { keptOptions } from "./runs/keptOptions.ts";
import { type FileReport, type IngestOptions, type IngestReport, type NodeSource, noFiles } from "./types.ts";

export interface AccountOptions {
  options: IngestOptions;
  sources: readonly NodeSource[];
  /** Id of a new run. */
  id: string;
  /** A run that is taken up. */
  resumed: ResumedRun | null;
  onPassed: (files: number) => void;
}

export async function openAccount(database: Database | null, context: AccountOptions): Promise<Account> {
  const { options, sources, resumed } = context;
  const isDry = options.dryRun === true;
  const record = resumed?.record ?? (database === null || isDry ? null : await begin(database, context));
  const id = record?.id ?? context.id;
  const keepsFiles = database !== null && (record !== null || (isDry && (await hasFileTable(database))));
  const files = keepsFiles ? openLedger(database, id, context) : null;
  return new Account({ id, record, files, sources, resumed });
}

function begin(database: Database, { options, sources, id }: AccountOptions): Promise<RunRecord | null> {
  const start = {
    id,
    catalogSchema: options.schema ?? database.catalogSchema,
    dataset: sources.map(({ dataset }) => dataset).join(", "),
    source: [...new Set(sources.map(({ label }) => label))].join(", "),
    inputs: options.inputs.map((input) => (input === "-" ? input : resolve(input))),
    options: keptOptions(options),
    rejectsFile:
      options.rejectsFile === undefined || options.keepsRejects === true
        ? null
        : resolve(options.rejectsFile),
  };
  return RunRecord.begin(database, start, options.log ?? silentLog);
}

function openLedger(database: Database, runId: string, { options, onPassed }: AccountOptions): FileLedger {
  const { policy, reread, checksum, prune, dryRun, schema = database.catalogSchema } = options;
  return new FileLedger(database, {
    schema,
    runId,
    mayPass: reread !== true && policy !== "error",
    renewsChanged: policy === undefined,
    comparesAll: policy === "update",
    checksum: checksum === true,
    prune: prune === true && dryRun !== true,
    onPassed,
  });
}

interface AccountParts {
  id: string;
  record: RunRecord | null;
  files: FileLedger | null;
  sources: readonly NodeSource[];
  resumed: ResumedRun | null;
}

export class Account {
  /** Of the run. */
  readonly id: string;
  /** Of inputs that come as one stream: how far they had been committed. */
  readonly stamps: ReadonlyMap<number, StreamStamp>;
  readonly #record: RunRecord | null;
  readonly #files: FileLedger | null;
  readonly #sources: readonly NodeSource[];
  readonly #earlier: RunCounts | null;
  #parts: number;

  constructor({ id, record, files, sources, resumed }: AccountParts) {
    this.id = id;
    this.#record = record;
    this.#files = files;
    this.#sources = sources;
    this.#earlier = resumed?.counts ?? null;
    this.#parts = resumed?.commits ?? 0;
    this.stamps = readStamps(resumed?.position);
  }

  get gate(): FileGate {
    return this.#files ?? openGate;
  }

  get moves(): MovedNode[] {
    return this.#files?.moves ?? [];
  }

  /** Parts that are in, those of earlier processes included. */
  get parts(): number {
    return this.#parts;
  }

  /** A part is committed. */
  countPart(): void {
    this.#parts += 1;
  }

  /** Whether the run can be taken up. */
  get isRecorded(): boolean {
    return this.#record !== null;
  }

  /** Records that earlier processes of this run refused. */
  get earlierRejects(): number {
    return this.#earlier?.nodes.rejected ?? 0;
  }

  /** Nodes of files that were not read. */
  get passedNodes(): number {
    return this.#files?.unchangedNodes ?? 0;
  }

  get files(): FileReport {
    const ledger = this.#files;
    if (ledger === null) return noFiles;
    const { counts, vanished, prunedNodes, options } = ledger;
    const vanishedNodes = vanished.reduce((sum, { nodes }) => sum + nodes, 0);
    const pruned = options.prune ? vanished.length : 0;
    return { ...counts, pruned, staleNodes: ledger.staleNodes + vanishedNodes, prunedNodes };
  }

  /** In the transaction of a part, when its rows are in. */
  async record(
    client: ClientBase,
    { parts, loaded }: { parts: PartReader; loaded: LoadReport },
  ): Promise<void> {
    await this.#files?.record(client, parts.files);
    if (parts.isDone) await this.#files?.prune(client);
    const position = parts.isDone ? null : await this.#makeStamps(parts);
    await this.#record?.advance(client, loaded, position);
  }

  async finish(report: IngestReport): Promise<void> {
    const { status } = report;
    if (status === "failed") return;
    const counts = this.#earlier === null ? addCounts(report) : addCounts(this.#earlier, report);
    await this.#record?.finish(status, report, counts);
  }

  async fail(error: unknown, name?: NameSetting): Promise<void> {
    await this.#record?.fail(error, name);
  }

  async close(): Promise<void> {
    await this.#record?.close();
  }

  async #makeStamps({ streamed }: PartReader): Promise<Record<string, StreamStamp>> {
    const stamps: Record<string, StreamStamp> = {};
    for (const [place, nodes] of streamed) {
      const stamp = await this.#sources[place]?.stamp?.();
      const before = this.stamps.get(place);
      const isGoneOn = stamp !== undefined && before?.stamp === stamp;
      if (stamp !== undefined) stamps[place] = { stamp, nodes: nodes + (isGoneOn ? before.nodes : 0) };
    }
    return stamps;
  }
}

function readStamps(position: unknown): Map<number, StreamStamp> {
  const entries = Object.entries((position ?? {}) as Record<string, StreamStamp>);
  return new Map(entries.map(([place, stamp]) => [Number(place), stamp]));
}
