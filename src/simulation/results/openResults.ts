// Results of a simulation, wherever they are kept.

import { CopycatError } from "../../errors.ts";
import { didYouMean } from "../../suggest.ts";
import type { DatasetFacts, SimulationSource } from "../types.ts";
import { ResultDataset } from "./dataset.ts";
import { beginningOf } from "./initial.ts";
import { makeTimeline, type ResolvedTimeline, type TimelineOptions } from "./timeline.ts";

export interface ResultsOptions {
  /** Turns dates into simulation time, and back. */
  timeline?: TimelineOptions;
  /** The enum of an attribute, by `group.attribute` or `attribute`. An attribute that is named as an enum has that one. */
  enums?: Readonly<Record<string, string>>;
}

/**
 * @param source a store's scenario, a folder of files, an SQLite or an HDF5 file; closed with the results
 *
 * @example
 * const results = openResults(await openSimulationStore(database, { scenario: "base" }));
 * const roads = await results.getDataset("roads");
 * const { ids, attributes } = await roads.getState("segments", { at: 3600 });
 */
export function openResults(source: SimulationSource, options: ResultsOptions = {}): SimulationResults {
  return new SimulationResults(source, options);
}

export class SimulationResults {
  readonly timeline: ResolvedTimeline | null;
  readonly #source: SimulationSource;
  readonly #enums: Readonly<Record<string, string>>;

  constructor(source: SimulationSource, { timeline, enums = {} }: ResultsOptions) {
    this.#source = source;
    this.timeline = timeline === undefined ? null : makeTimeline(timeline);
    this.#enums = enums;
  }

  async listDatasets(): Promise<DatasetFacts[]> {
    return this.#source.listDatasets();
  }

  /** @throws CopycatError NOT_FOUND */
  async getDataset(name: string): Promise<ResultDataset> {
    const names = (await this.listDatasets()).map((dataset) => dataset.name);
    if (!names.includes(name)) {
      const others = names.length === 0 ? "there is none" : `there are ${names.join(", ")}`;
      throw new CopycatError(
        "NOT_FOUND",
        `Dataset ${name} not found in ${this.#source.name}${didYouMean(name, names)}; ${others}.`,
      );
    }
    return new ResultDataset(this.#source, name, {
      beginning: beginningOf(await this.#source.readInitial(name)),
      timeline: this.timeline,
      enums: this.#enums,
    });
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}
