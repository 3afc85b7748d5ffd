// What is loaded: entities that are not there yet, of the dataset that is.

import { type LoadOptions, type LoadReport, loadNodes } from "../../src/catalog/index.ts";
import type { NodeRecord } from "../../src/index.ts";
import { makeNodeBatches } from "../load/nodes.ts";
import type { Catalog } from "./catalogs.ts";

export const nodesPerEntity = 12;

/** Closure rows of an entity: depth + 1 of itself (2) and of its 11 arrays (3). */
export const closureRowsPerEntity = 3 + 11 * 4;

export type Batches = NodeRecord[][];

/** Hands out entities that no catalog of this run has got yet. */
export class Increments {
  #next: number;
  readonly entities: number;

  constructor(firstEntity: number, entities: number) {
    this.#next = firstEntity;
    this.entities = entities;
  }

  /** The next ones, made beforehand: making them is nobody's work but the benchmark's. */
  async take(): Promise<Batches> {
    const batches: Batches = [];
    for await (const batch of makeNodeBatches(this.entities, { firstEntity: this.#next }))
      batches.push(batch);
    this.#next += this.entities;
    return batches;
  }
}

async function* each(batches: Batches): AsyncGenerator<NodeRecord[]> {
  yield* batches;
}

/** @throws when a record is refused: a load that leaves something out has no speed */
export function loadBatches(
  { database }: Catalog,
  batches: Batches,
  options: Pick<LoadOptions, "mode" | "triggers">,
): Promise<LoadReport> {
  return loadNodes(database, each(batches), { ...loadOptions, ...options });
}

/** The catalog as it is before: one load of so many entities, made while they are loaded. */
export async function loadBase({ database }: Catalog, entities: number): Promise<LoadReport> {
  return await loadNodes(database, makeNodeBatches(entities), { ...loadOptions, mode: "offline" });
}

const loadOptions = {
  policy: "skip",
  dryRun: false,
  onReject: ({ message }: { message: string }): never => {
    throw new Error(message);
  },
} as const;
