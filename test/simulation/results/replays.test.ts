// States, series and entities against a plain replay of the files, which knows nothing of our code: of the example, and of a day
// of a real water network where its files are at hand next to the project.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { openResults, type ResultDataset, valuesOf } from "../../../src/simulation/index.ts";
import type { Values } from "../support/memorySource.ts";
import { useKeeps } from "../support/sources.ts";

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const water = pathOf("../../../../shared/data/movici/water_net1");
const nodes = "water_node_entities";
const links = "water_link_entities";

interface File {
  timestamp: number;
  data: Values;
}

interface Run {
  name: string;
  initial: Values;
  general: object;
  files: File[];
}

function readRun(folder: string): Run {
  const parse = (...names: string[]) => JSON.parse(readFileSync(join(folder, ...names), "utf8"));
  const name = basename(folder);
  const { data: initial, general } = parse("init_data", `${name}.json`);
  const files = readdirSync(join(folder, "updates")).map((file) => ({
    timestamp: Number(/^t(\d+)_0_/.exec(file)?.[1]),
    data: parse("updates", file)[name] as Values,
  }));
  return { name, initial, general, files: files.sort((a, b) => a.timestamp - b.timestamp) };
}

const runs: [name: string, folder: string, series: [group: string, attribute: string][]][] = [
  [
    "roads",
    pathOf("../../../examples/roads"),
    [
      ["segments", "flow"],
      ["segments", "lanes_open"],
    ],
  ],
];
if (existsSync(water)) {
  runs.push([
    "water_net1",
    water,
    [
      [nodes, "fluid.pressure"],
      [links, "operational.is_open"],
    ],
  ]);
}

/** `{ id: { attribute: value } }` of a group. */
type Table = Record<string, Record<string, unknown>>;

/** Row by row, up to a time. */
function replay({ initial, files }: Run, group: string, time: number): Table {
  const table: Table = {};
  for (const data of [
    initial,
    ...files.filter(({ timestamp }) => timestamp <= time).map(({ data }) => data),
  ]) {
    const { id: ids = [], ...attributes } = data[group] ?? {};
    for (const [row, id] of ids.entries()) {
      table[String(id)] ??= {};
      for (const [name, values] of Object.entries(attributes)) {
        if (values[row] !== null) (table[String(id)] as Record<string, unknown>)[name] = values[row];
      }
    }
  }
  return table;
}

describe.each(runs)("%s", (_run, folder, wanted) => {
  describe.each(useKeeps({ hdf5: true }))("from %s", (_name, keep) => {
    const all = readRun(folder);
    const { name, initial, general, files } = all;
    let dataset: ResultDataset;

    beforeAll(async () => {
      const source = await keep({
        [name]: { initial, metadata: { general: { ...general } }, updates: files },
      });
      dataset = await openResults(source).getDataset(name);
    });

    async function table(group: string, at: number): Promise<Table> {
      const { ids, attributes } = await dataset.getState(group, { at });
      const columns = [...attributes].map(([name, values]) => [name, valuesOf(values)] as const);
      return Object.fromEntries(
        ids.map((id, row) => [
          id,
          Object.fromEntries(
            columns.flatMap(([name, values]) => (values[row] === null ? [] : [[name, values[row]]])),
          ),
        ]),
      );
    }

    it("has its updates in the order of time", async () => {
      const timestamps = await dataset.getTimestamps();
      expect(timestamps).toEqual(files.map(({ timestamp }) => timestamp));
      expect(timestamps).toEqual(timestamps.toSorted((a, b) => a - b));
    });

    it.each([...new Set(wanted.map(([group]) => group))])(
      "has the states of a plain replay: %s",
      async (group) => {
        const times = files.map(({ timestamp }) => timestamp);
        // Backwards, and between the updates.
        for (const at of [-1, ...times, ...times.map((time) => time - 1), 1_000_000].toReversed()) {
          expect(await table(group, at)).toEqual(replay(all, group, at));
        }
      },
    );

    it.each(wanted)("has the series and entities of a plain replay: %s %s", async (group, attribute) => {
      const series = await dataset.getSeries(group, attribute);
      expect(series.timestamps).toEqual(await dataset.getTimestamps(group));
      for (const [time, values] of series.data.entries()) {
        const expected = replay(all, group, series.timestamps[time] as number);
        expect(valuesOf(values)).toEqual(series.ids.map((id) => expected[id]?.[attribute] ?? null));
      }
      for (const id of series.ids) {
        const entity = await dataset.getEntity(group, id);
        for (const [time, timestamp] of entity.timestamps.entries()) {
          const expected = replay(all, group, timestamp)[id];
          for (const [name, values] of entity.attributes) {
            expect(valuesOf(values)[time]).toEqual(expected?.[name] ?? null);
          }
        }
      }
    });

    if (name !== "water_net1") return;

    it("has 27 updates", () => {
      expect(files).toHaveLength(27);
    });

    it.each([
      [3600, nodes, 1, "fluid.pressure", 128.58963612359966],
      [3600, nodes, 10, "fluid.pressure", 0],
      [3600, links, 1001, "operational.is_open", true],
      [50000, nodes, 11, "fluid.pressure", 59.78932188081861],
      [50000, links, 1001, "fluid.flow", -0.0008350736971774567],
      [50000, links, 1013, "fluid.flow", 0],
      [50000, links, 1013, "operational.is_open", false],
      [86400, nodes, 11, "fluid.pressure", 50.003714549168485],
      [86400, links, 1001, "fluid.flow", 1892.2432264836293],
      [86400, links, 1013, "fluid.flow", 1892.2432264836204],
      [86400, links, 1013, "operational.is_open", true],
    ])("as of %d %s %d has %s %s", async (at, group, id, attribute, value) => {
      const state = await dataset.getState(group, { at, attributes: [attribute] });
      expect(valuesOf(state.attributes.get(attribute))[state.ids.indexOf(id)]).toBe(value);
      expect((await table(group, at))[id]?.[attribute]).toBe(value);
    });

    it("is found by its names", async () => {
      const entity = await dataset.getEntity(nodes, "9", { key: "reference", from: 0, to: 7200 });
      expect(entity.id).toBe(10);
      expect(entity.timestamps).toEqual([0, 3600, 7200]);
      expect(valuesOf(entity.attributes.get("fluid.pressure"))).toEqual([0, 0, 0]);
      const rows = dataset.getEntity(nodes, 1, { key: "topology.link_ids" });
      await expect(rows).rejects.toThrow("several values");
    });

    it("has its types from all files, not from one", async () => {
      const types = async (group: string) =>
        (await dataset.getAttributes(group)).map(({ name, type, isRagged }) => [name, type, isRagged]);
      expect(await types(nodes)).toEqual([
        ["reference", "str", false],
        ["geometry.z", "int", false],
        ["topology.link_ids", "int", true],
        ["fluid.pressure", "float", false],
      ]);
      expect(await types(links)).toEqual([
        ["reference", "str", false],
        ["shape.length", "int", false],
        ["topology.node_ids", "int", true],
        ["fluid.flow", "float", false],
        ["operational.is_open", "bool", false],
      ]);
    });
  });
});
