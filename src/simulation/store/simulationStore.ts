// One scenario of a store: what a program calls.

import type { MergePolicy } from "../../bulk/index.ts";
import { type Database, wrapDatabaseError } from "../../database/index.ts";
import type {
  AttributeDescription,
  DatasetFacts,
  GroupBase,
  InitialDataset,
  JsonObject,
  SimulationSource,
  SimulationUpdate,
  UpdateKey,
  UpdateQuery,
} from "../types.ts";
import type { UpdateInput } from "./checkUpdate.ts";
import type { Updates } from "./collectBatches.ts";
import { Dictionary, type DictionaryScope } from "./dictionary.ts";
import { type InitialOutcome, type StoreInitialOptions, storeInitialDataset } from "./initialDatasets.ts";
import { listAttributes } from "./listAttributes.ts";
import { countUpdates, listDatasets, listKeys, listTimestamps } from "./readFacts.ts";
import { readInitialDataset } from "./readInitial.ts";
import { readUpdates, withPool } from "./readUpdates.ts";
import { deleteDataset, describeScenario, readScenario, type Timeline } from "./scenarios.ts";
import { readBase } from "./snapshots/bases.ts";
import { Snapshotter } from "./snapshots/snapshotter.ts";
import { type StoredOutcome, storeUpdate } from "./storeUpdate.ts";
import { type StoreReport, type StoreUpdatesOptions, storeUpdates } from "./storeUpdates.ts";
import { type DatasetSummary, summarize } from "./summarize.ts";

export interface ScenarioScope extends DictionaryScope {
  scenario: string;
}

export class SimulationStore implements SimulationSource {
  readonly kind = "postgresql";
  readonly schema: string;
  readonly scenario: string;
  readonly #database: Database;
  readonly #scope: ScenarioScope;
  readonly #dictionary: Dictionary;
  readonly #snapshotter: Snapshotter;

  /** Made by `openSimulationStore`. */
  constructor(database: Database, scope: ScenarioScope) {
    this.#database = database;
    this.#scope = scope;
    this.schema = scope.tables.schema;
    this.scenario = scope.scenario;
    this.#dictionary = new Dictionary(scope);
    this.#snapshotter = new Snapshotter(database, scope);
  }

  get name(): string {
    return `${this.#database.name}, scenario "${this.scenario}"`;
  }

  /**
   * Stores one update; one round trip to the server once its names are known. Any number may run at once.
   *
   * @param update `data` is what `checkEntityData` takes: arrays by attribute, by group
   * @param options.policy what to do when the dataset has an update of this timestamp and iteration; default `error`
   * @throws CopycatError INVALID_INPUT with the path of the value, CONFLICT, CONNECTION, DATABASE
   *
   * @example
   * const data = { segments: { id: { data: [1, 2] }, speed: { data: [27.5, NaN] } } };
   * await store.storeUpdate({ dataset: "roads", timestamp: 3600, iteration: 0, data });
   */
  async storeUpdate(
    update: UpdateInput,
    { policy = "error" }: { policy?: MergePolicy } = {},
  ): Promise<StoredOutcome> {
    const scope = { ...this.#scope, dictionary: this.#dictionary };
    const stored = await storeUpdate(this.#database, scope, update, policy);
    await this.#snapshotter.afterOne(update.dataset);
    return stored;
  }

  /**
   * Stores many updates, all in one transaction unless `commitEvery` says otherwise. Arrays must not be changed before it
   * returns.
   *
   * @throws CopycatError INVALID_INPUT (a bad update, and nobody to tell of it), CONFLICT, TOO_MANY_REJECTS, CANCELLED,
   * CONNECTION, DATABASE
   *
   * @example
   * await store.storeUpdates(folder.readUpdates({ dataset: "roads" }), { policy: "skip" }); // { read: 27, inserted: 27, ... }
   */
  async storeUpdates(updates: Updates, options: StoreUpdatesOptions = {}): Promise<StoreReport> {
    return storeUpdates(this.#database, { ...this.#scope, snapshotter: this.#snapshotter }, updates, options);
  }

  /**
   * @throws CopycatError INVALID_INPUT, CONFLICT under the policy `error`, which is the default; CONNECTION, DATABASE
   */
  async storeInitialDataset(
    initial: InitialDataset,
    options: StoreInitialOptions = {},
  ): Promise<InitialOutcome> {
    return storeInitialDataset(this.#database, this.#scope, initial, options);
  }

  /**
   * Counts, moments, and the least and greatest value of each attribute over all times.
   *
   * @throws CopycatError NOT_FOUND
   */
  summarize(dataset: string): Promise<DatasetSummary> {
    return asked(summarize(this.#database, this.#scope, dataset));
  }

  /** Metadata and timeline of the scenario. */
  describe(): Promise<{ metadata: JsonObject; timeline: Timeline | null }> {
    return asked(readScenario(this.#database, this.#scope));
  }

  /** Sets metadata, the timeline, or both. */
  setDescription(description: { metadata?: JsonObject; timeline?: Timeline | null }): Promise<void> {
    return describeScenario(this.#database, this.#scope, description);
  }

  /**
   * Deletes a dataset: its initial dataset and its updates.
   *
   * @throws CopycatError NOT_FOUND
   */
  deleteDataset(dataset: string): Promise<void> {
    return deleteDataset(this.#database, this.#scope, dataset);
  }

  listDatasets(): Promise<DatasetFacts[]> {
    return asked(listDatasets(this.#database, this.#scope));
  }

  /** Names of the datasets that have updates. */
  async getDatasets(): Promise<string[]> {
    return (await this.listDatasets()).filter(({ updates }) => updates > 0).map(({ name }) => name);
  }

  /** Different timestamps of a dataset, ascending; none for one that is not there. */
  getTimestamps(dataset: string): Promise<number[]> {
    return this.listTimestamps(dataset);
  }

  listTimestamps(dataset: string, group?: string): Promise<number[]> {
    return asked(listTimestamps(this.#database, this.#scope, { dataset, group: group ?? null }));
  }

  /** All updates of a dataset, ordered by timestamp, then iteration. */
  async getDatasetUpdates(dataset: string): Promise<SimulationUpdate[]> {
    const updates: SimulationUpdate[] = [];
    for await (const update of this.readUpdates({ dataset })) updates.push(update);
    return updates;
  }

  /** Of a dataset, or of all. */
  getUpdateCount(dataset?: string): Promise<number> {
    return asked(countUpdates(this.#database, this.#scope, dataset ?? null));
  }

  /** A page of the moments of a dataset's updates, in their order; pass the last one as `after` for the next page. */
  listKeys(dataset: string, after?: UpdateKey, limit = 10_000): Promise<UpdateKey[]> {
    return asked(listKeys(this.#database, this.#scope, { dataset, after: after ?? null, limit }));
  }

  /** @throws CopycatError INVALID_INPUT for an array that is damaged, CONNECTION, DATABASE */
  readUpdates(query: UpdateQuery): AsyncIterable<SimulationUpdate> {
    return readUpdates(withPool(this.#database), this.#scope, query, { isAhead: true });
  }

  /**
   * The newest snapshot of a group up to a timestamp: what all updates up to its moment made of the group, the initial dataset
   * left aside. Null when there is none: replay from the beginning.
   */
  readBase(dataset: string, group: string, timestamp: number): Promise<GroupBase | null> {
    return readBase(this.#database, this.#scope, { dataset, group, timestamp });
  }

  /** Brings the snapshots of a dataset up to its last update now, which loads do at their end. */
  buildSnapshots(dataset: string): Promise<void> {
    return this.#snapshotter.build(dataset);
  }

  listAttributes(dataset: string): Promise<AttributeDescription[]> {
    return asked(listAttributes(this.#database, this.#scope, dataset));
  }

  readInitial(dataset: string): Promise<InitialDataset | null> {
    return readInitialDataset(this.#database, this.#scope, dataset);
  }

  /** The same as `readInitial`. */
  getInitialDataset(dataset: string): Promise<InitialDataset | null> {
    return this.readInitial(dataset);
  }

  async getAllInitialDatasets(): Promise<InitialDataset[]> {
    const found: InitialDataset[] = [];
    for (const { name, hasInitial } of await this.listDatasets()) {
      const initial = hasInitial ? await this.readInitial(name) : null;
      if (initial !== null) found.push(initial);
    }
    return found;
  }

  async hasInitialDatasets(): Promise<boolean> {
    return (await this.listDatasets()).some(({ hasInitial }) => hasInitial);
  }

  /** The database stays open: it is the caller's. */
  async close(): Promise<void> {
    this.#dictionary.forget();
  }
}

async function asked<Result>(answer: Promise<Result>): Promise<Result> {
  try {
    return await answer;
  } catch (error) {
    throw wrapDatabaseError(error, "The simulation store could not be read");
  }
}
