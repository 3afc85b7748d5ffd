// The catalog of one database.

import {
  countDatasets,
  countNodes,
  type DatasetCount,
  ensureCatalog,
  type PageQuery,
  readCatalogState,
  requireCatalog,
  searchNodes,
} from "../../catalog/index.ts";
import type { Database } from "../../database/index.ts";
import {
  getRun,
  type IngestOptions,
  ingest,
  type ListRunsOptions,
  listRuns,
  type RunDetails,
} from "../../ingest/index.ts";
import { Refusal } from "../problem.ts";
import type { CatalogPlace, Catalogs, FoundPage } from "./types.ts";

export class OneCatalog implements Catalogs {
  readonly #database: Database;
  readonly #reads: Database;

  constructor(database: Database, reads: Database) {
    this.#database = database;
    this.#reads = reads;
  }

  async place(): Promise<CatalogPlace> {
    const database = this.#database;
    return {
      database,
      others: async () => [],
      ingest: async (options: IngestOptions) => {
        if (options.dryRun !== true) await ensureCatalog(database);
        return ingest(database, options);
      },
    };
  }

  async search(query: PageQuery): Promise<FoundPage> {
    await requireCatalog(this.#reads);
    const [page, count] = await Promise.all([
      searchNodes(this.#reads, query),
      countNodes(this.#reads, query),
    ]);
    return { count, ...page };
  }

  async listRuns(options: ListRunsOptions) {
    return { runs: await listRuns(this.#reads, options) };
  }

  getRun(id: string): Promise<RunDetails> {
    return getRun(this.#reads, id);
  }

  countDatasets(options: { timeoutMs: number; signal: AbortSignal }): Promise<DatasetCount[]> {
    return countDatasets(this.#database, options);
  }

  async listTargets(): Promise<null> {
    return null;
  }

  async checkReady(): Promise<"ok"> {
    const state = await readCatalogState(this.#database);
    if (state.kind === "ready") return "ok";
    throw new Refusal(
      503,
      "CATALOG_VERSION",
      "The database holds no catalog that this version can write to.",
    );
  }

  get databases(): readonly Database[] {
    return [this.#database];
  }

  hide(text: string): string {
    return text.replaceAll(this.#database.name, "the database");
  }
}
