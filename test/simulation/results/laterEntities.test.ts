// Entities that no initial data know.

import { describe, expect, it } from "vitest";
import {
  entityToJson,
  openResults,
  type ResultDataset,
  seriesToJson,
  stateToJson,
} from "../../../src/simulation/index.ts";
import type { MemoryDataset } from "../support/memorySource.ts";
import { useKeeps } from "../support/sources.ts";

describe.each(useKeeps({ hdf5: true }))("results from %s", (_name, keep) => {
  it("have entities that no initial data know from their first update on, in order of appearance", async () => {
    const dataset = await open({
      initial: { group: { id: [2], attr: [20] } },
      updates: [
        { timestamp: 1, data: { group: { id: [9, 2], other: [0.5, 0.25] } } },
        { timestamp: 2, data: { group: { id: [1], attr: [10] } } },
      ],
    });
    expect(stateToJson(await dataset.getState("group", { at: 0 }))).toEqual({
      id: { data: [2] },
      attr: { data: [20] },
      other: { data: [null] },
    });
    expect(stateToJson(await dataset.getState("group"))).toEqual({
      id: { data: [2, 9, 1] },
      attr: { data: [20, null, 10] },
      other: { data: [0.25, 0.5, null] },
    });
    // 9 has no attr in any update, and is an entity all the same.
    expect(seriesToJson(await dataset.getSeries("group", "attr"))).toEqual({
      timestamps: [1, 2],
      id: [2, 9, 1],
      data: [{ data: [20, null, null] }, { data: [20, null, 10] }],
    });
    const some = await dataset.getSeries("group", "attr", { ids: [1, 2] });
    expect(seriesToJson(some)).toMatchObject({
      id: [1, 2],
      data: [{ data: [null, 20] }, { data: [10, 20] }],
    });
    expect(entityToJson(await dataset.getEntity("group", 1))).toEqual({
      timestamps: [1, 2],
      data: { attr: [null, 10], other: [null, null] },
    });
  });

  async function open(dataset: MemoryDataset): Promise<ResultDataset> {
    return openResults(await keep({ dataset })).getDataset("dataset");
  }
});
