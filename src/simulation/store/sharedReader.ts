// Arrays that updates share, fetched once for all updates of a page that name them.

import type { PoolClient } from "pg";
import type { SimulationArray } from "../types.ts";
import { copyOut, selectArray } from "./copyOut.ts";
import { restoreArray } from "./storedArray.ts";
import type { Tables } from "./tables.ts";

export interface FoundArray {
  attributeId: number;
  /** Null when it is of an attribute that the reader does not know. */
  array: SimulationArray | null;
}

export class SharedReader {
  readonly tables: Tables;
  /** Those of the last page: neighbours share most. */
  #found = new Map<number, FoundArray>();

  constructor(tables: Tables) {
    this.tables = tables;
  }

  /** Undefined when it is gone, with its attribute. */
  get(id: number): FoundArray | undefined {
    return this.#found.get(id);
  }

  /** @throws CopycatError INVALID_INPUT for an array that is damaged */
  async fetch(
    client: PoolClient,
    updates: readonly { shared: readonly number[] }[],
    dataset: string,
  ): Promise<void> {
    const found = new Map<number, FoundArray>();
    const missing = new Set<number>();
    for (const { shared } of updates) {
      for (const id of shared) {
        const known = this.#found.get(id);
        if (known === undefined) missing.add(id);
        else found.set(id, known);
      }
    }
    this.#found = found;
    if (missing.size === 0) return;
    const rows = await copyOut(
      client,
      `select s.id, s.attribute_id, ${selectArray("s")} from ${this.tables.sharedArray} s
        where s.id in (${[...missing].map(Number).join(", ")})`,
    );
    while (rows.next()) {
      const id = rows.int64() as number;
      const attributeId = rows.int32() as number;
      const stored = rows.array();
      if (stored === null) continue;
      const array = restoreArray(
        stored,
        () => `the attribute ${attributeId} that updates of ${dataset} share`,
      );
      found.set(id, { attributeId, array });
    }
  }
}
