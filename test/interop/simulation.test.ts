// Exported simulations, opened by the programs that people have for tables and arrays; and one that a stock Tiled serves.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSimulationStore } from "../../src/simulation/index.ts";
import { initial, update } from "../simulation/export/support/memorySource.ts";
import { callCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { itChecks, runChecks, wholeArrays } from "./support/checks.ts";
import { configure } from "./support/ours.ts";
import { runTiled, serveTiled, sqlalchemyUri, type TiledServer } from "./support/programs.ts";
import { withEachTiled } from "./support/releases.ts";

const dense = { dtype: "<f8", shape: [1, 2], data: Float64Array.of(0.5, NaN) };
const roads = initial("roads", { segments: { id: [1, 2], speed: [10, 20.5] } });
const updates = [
  update([0, 0, "roads"], { segments: { id: [1], speed: [11.5], where: dense } }, "traffic"),
  update([5, 0, "roads"], { segments: { id: [2, 3], speed: [null, 33.25], open: [true, null] } }),
  update([5, 1, "roads"], { segments: { id: [2], links: [[1, 2, 3]] }, crossings: {} }),
  update([5400, 0, "roads"], { segments: { id: [1, 2], links: [[4], null], name: ["größe", null] } }),
];

/** Of the table, in the order of its columns. */
const row = (
  key: [number, number, number, string],
  cells: unknown[],
  origin: string | null = null,
): unknown[] => {
  const [timestamp, iteration, id, attribute] = key;
  const [value = null, text = null, list = null] = cells;
  return [timestamp, iteration, "roads", "segments", id, attribute, value, text, list, null, null, origin];
};
const rows = [
  row([0, 0, 1, "speed"], [11.5], "traffic"),
  row([0, 0, 1, "where"], [null, null, [0.5, null]], "traffic"),
  row([5, 0, 2, "speed"], []),
  row([5, 0, 3, "speed"], [33.25]),
  row([5, 0, 2, "open"], [1]),
  row([5, 0, 3, "open"], []),
  row([5, 1, 2, "links"], [null, null, [1, 2, 3]]),
  row([5400, 0, 1, "links"], [null, null, [4]]),
  row([5400, 0, 2, "links"], []),
  row([5400, 0, 1, "name"], [null, "größe"]),
  row([5400, 0, 2, "name"], []),
];
const expected = {
  rows,
  times: [0, 5, 5400],
  ids: [1, 2, 3],
  states: {
    speed: [
      [11.5, 20.5, null],
      [11.5, 20.5, 33.25],
      [11.5, 20.5, 33.25],
    ],
    open: [
      [null, null, null],
      [null, 1, null],
      [null, 1, null],
    ],
    where: new Array(3).fill([
      [0.5, null],
      [null, null],
      [null, null],
    ]),
  },
};

withEachTiled((tiled, isWritable) => {
  const database = useDatabase();
  const folder = useFolder();
  let server: TiledServer;

  const run = async (...args: string[]): Promise<void> => {
    const { code, stderr } = await callCli([...args, "--dsn", database.dsn]);
    expect(code, stderr).toBe(0);
  };

  beforeAll(async () => {
    const store = await openSimulationStore(database.database, { scenario: "one" });
    await store.storeInitialDataset(roads);
    await store.storeUpdates(updates);
    await store.setDescription({ timeline: { reference: Date.UTC(2020, 0, 1) / 1000 } });
    for (const name of ["one.parquet", "one.arrow", "one.arrows"]) {
      await run("simulation", "export", "one", "--out", folder.path(name), "--quiet");
    }
    await run("simulation", "export", "one", "--out", folder.path("one.h5"), "--publish", "run 1", "--quiet");
    const configured = await configure({ database, folder });
    // Its catalog is served after its own upgrade.
    if (!isWritable) {
      await runTiled(tiled, ["catalog", "upgrade-database", sqlalchemyUri(database.dsn)]);
    }
    server = await serveTiled(tiled, configured);
  });

  afterAll(() => server?.stop());

  describe("an exported simulation", () => {
    itChecks(
      [
        "pandas reads the Parquet",
        "pyarrow reads Parquet, Arrow and its stream alike",
        "pandas reads the Arrow",
        "DuckDB queries the Parquet",
        "xarray opens the states over time and id",
        "h5py reads the updates as they were",
        "the stock client reads the published states",
      ],
      () =>
        runChecks(tiled, "read_simulation.py", { server, folder: folder.root, below: "run 1", ...expected }),
    );
  });

  describe("all arrays of the published file", () => {
    itChecks([...wholeArrays, "leaves out none"], () =>
      runChecks(tiled, "read_arrays.py", { server, below: "run 1", parts: false }),
    );

    it("are as registered", async () => {
      if (isWritable) await run("verify", "--files");
    });
  });
});
