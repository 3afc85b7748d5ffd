// The catalogs of a targets file: records go where their dataset belongs, and all are asked.

import { countDatasets, ensureCatalog, type PageQuery } from "../../catalog/index.ts";
import { type Database, describeDsn } from "../../database/index.ts";
import { type IngestOptions, type ListRunsOptions, listRuns } from "../../ingest/index.ts";
import {
  askAll,
  countTargets,
  dropMoved,
  findRun,
  ingestPushed,
  type LiveTargets,
  openPlace,
  searchTargets,
} from "../../targets/index.ts";
import { findFirstDataset } from "../body/firstDataset.ts";
import type { Body } from "../body/openBody.ts";
import { Limit } from "../limit.ts";
import { Refusal } from "../problem.ts";
import type { CatalogPlace, Catalogs, CountedDataset, FoundPage, TargetState } from "./types.ts";

export class TargetCatalogs implements Catalogs {
  readonly #loads: LiveTargets;
  readonly #reads: LiveTargets;
  /** Of each the first line is held. */
  readonly #looking: Limit;

  /**
   * @param reads connections for what only looks
   * @param mostLooks bodies at once whose beginning is looked at
   */
  constructor(loads: LiveTargets, reads: LiveTargets, mostLooks: number) {
    this.#loads = loads;
    this.#reads = reads;
    this.#looking = new Limit(mostLooks, "bodies are looked at for where they go");
  }

  async place(body: Body): Promise<CatalogPlace> {
    const dataset = await this.#looking.run(() => findFirstDataset(body));
    const place = await openPlace(this.#loads, dataset);
    const { database } = place;
    return {
      database,
      others: async () => (await this.#reads.look()).flatMap((one) => one.database ?? []),
      ingest: async (options: IngestOptions) => {
        if (options.dryRun !== true) await ensureCatalog(database);
        return ingestPushed(this.#loads, place, options);
      },
    };
  }

  async search(query: PageQuery): Promise<FoundPage> {
    const opened = await this.#reads.look();
    const [page, { count, missing }] = await Promise.all([
      searchTargets(opened, query),
      countTargets(opened, query),
    ]);
    return { count, ...page, missing: [...new Set([...page.missing, ...missing])] };
  }

  async listRuns(options: ListRunsOptions) {
    const { limit = 20 } = options;
    const opened = await this.#reads.look();
    const { answers, missing } = await askAll(opened, undefined, (database) => listRuns(database, options));
    const runs = answers.flatMap(({ target, result }) =>
      result.map((run) => ({ target: target.name, ...run })),
    );
    const list = opened.map(({ target }) => target);
    const newestFirst = dropMoved(list, runs).sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime());
    return { runs: newestFirst.slice(0, limit), missing };
  }

  async getRun(id: string) {
    const { target, run } = await findRun(await this.#reads.look(), id);
    return { target: target.name, ...run };
  }

  async countDatasets(options: { timeoutMs: number; signal: AbortSignal }): Promise<CountedDataset[]> {
    const { answers } = await askAll(await this.#reads.look(), undefined, (database) =>
      countDatasets(database, options),
    );
    const all = answers.flatMap(({ target, result }) =>
      result.map((dataset) => ({ target: target.name, ...dataset })),
    );
    return all.sort((a, b) => b.nodes - a.nodes);
  }

  async listTargets(): Promise<TargetState[]> {
    const opened = await this.#reads.look();
    return this.#reads.targets.list.map(({ name }) => ({
      name,
      answers: opened.some(({ target, database }) => target.name === name && database !== null),
    }));
  }

  async checkReady(): Promise<"ok" | "degraded"> {
    const targets = await this.listTargets();
    if (targets.every(({ answers }) => answers)) return "ok";
    if (targets.some(({ answers }) => answers)) return "degraded";
    throw new Refusal(503, "CONNECTION", "None of the targets answers.");
  }

  get databases(): readonly Database[] {
    return this.#loads.databases;
  }

  hide(text: string): string {
    const { list, path } = this.#loads.targets;
    // The longest first: one may begin as another does.
    const names = list.map(({ dsn }) => describeDsn(dsn)).sort((a, b) => b.length - a.length);
    const shown = names.reduce((left, name) => left.replaceAll(name, "the database"), text);
    return shown.replaceAll(path, "the targets file");
  }
}
